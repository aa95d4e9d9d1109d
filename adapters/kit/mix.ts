/** One name of a mix, and the share of the devices that have it, in percent. */
export interface Ingredient {
  readonly name: string;
  readonly percent: number;
}

/** The names that one of many devices has, in the order of the mix: the same devices have them every time. */
export function namesOf(index: number, mix: readonly Ingredient[]): string[] {
  return mix.filter(({ percent }) => falls(index, percent)).map(({ name }) => name);
}

/** `falls-silent`, or `falls-silent=2%` for one device in fifty; `undefined` for a name or a share there is not. */
export function readShare(text: string, known: Readonly<Record<string, unknown>>): Ingredient | undefined {
  const [, name, share] = /^([a-z0-9-]+)(?:=(\d+(?:\.\d+)?)%)?$/.exec(text) ?? [];
  if (name === undefined || !Object.hasOwn(known, name)) return undefined;
  const percent = share === undefined ? 100 : Number(share);
  return percent > 100 ? undefined : { name, percent };
}

/** Spreads a share evenly over the indexes. */
function falls(index: number, percent: number): boolean {
  return Math.floor(((index + 1) * percent) / 100) > Math.floor((index * percent) / 100);
}
