import type { Folded, KeptName, SclElement } from "./element.ts";
import { SERVER_FOLDS } from "./fold-server.ts";
import { TYPE_FOLDS } from "./fold-types.ts";

/** Every element that is kept. What is not here is skipped with everything inside it: Private, Substation, Inputs, GSEControl … */
export const FOLDS: { readonly [Name in keyof Folded]: (element: SclElement) => Folded[Name] } = {
  ...SERVER_FOLDS,
  ...TYPE_FOLDS,
  SCL: (element) => {
    const templates = element.first("DataTypeTemplates");
    return {
      file: element.place.file,
      header: element.first("Header") ?? { id: "", version: "", revision: "" },
      edition: `${element.attribute("version") ?? "2003"}${element.text("revision")}${element.text("release")}`,
      accessPoints: element.first("Communication") ?? [],
      ieds: element.all("IED"),
      templates: templates ?? {
        lNodeTypes: new Map(),
        doTypes: new Map(),
        daTypes: new Map(),
        enumTypes: new Map(),
      },
    };
  },
  Header: (element) => ({
    id: element.text("id"),
    version: element.text("version"),
    revision: element.text("revision"),
  }),
  Communication: (element) => element.all("SubNetwork").flat(),
  SubNetwork: (element) => element.all("ConnectedAP").map((one) => ({ ...one, subNetwork: element.text("name") })),
  ConnectedAP: (element) => ({
    iedName: element.required("iedName"),
    apName: element.required("apName"),
    subNetwork: "",
    address: element.first("Address") ?? {},
    place: element.place,
  }),
  Address: (element) => Object.fromEntries(element.all("P").map(({ type, text }) => [type, text])),
  P: (element) => ({ type: element.required("type"), text: element.trimmed }),
};

export function isKept(name: string): name is KeptName {
  return Object.hasOwn(FOLDS, name);
}
