import { DAY_MS, MINUTE_MS, toWall, type WallMs } from "../../adapters/kit/time.ts";

/** Where a device stands, as its platform tells it. */
export interface Place {
  /** Minutes to add to UTC in standard time. */
  readonly timeOffsetMinutes: number;
  /** Degrees, north and east positive. */
  readonly latitude: number;
  readonly longitude: number;
}

/**
 * Sunrise and sunset as NOAA's solar calculator has them ("Solar Calculation Details", Global Monitoring Laboratory, after
 * J. Meeus, Astronomical Algorithms, chapters 25 and 28): good to a minute between the polar circles. The moment is the one
 * where the upper limb is on the horizon with ordinary refraction, a zenith distance of 90.833°.
 */
const ZENITH_DEG = 90.833;

/** 2000-01-01T12:00Z, the epoch the series are written for. */
const J2000_MS = 946_728_000_000;
const CENTURY_MS = 36_525 * DAY_MS;

/**
 * The moment the sun rises or sets on the UTC day that begins at `day`, for the solar day whose noon falls on it at
 * `place`; `undefined` where it does not on that day.
 */
export function sunAt(day: WallMs, place: Place, which: "rise" | "set"): WallMs | undefined {
  // The sun moves while we look for it: the second look is at the first one's result.
  let guess = toWall(day + DAY_MS / 2 - place.longitude * 4 * MINUTE_MS);
  for (let look = 0; look < 3; look++) {
    const { declination, equationOfTimeMin } = sunOf(guess);
    const angle = hourAngle(place.latitude, declination);
    if (angle === undefined) return undefined;
    const noon = day + (720 - 4 * place.longitude - equationOfTimeMin) * MINUTE_MS;
    guess = toWall(noon + (which === "rise" ? -4 : 4) * angle * MINUTE_MS);
  }
  return guess;
}

/** Degrees from noon; `undefined` in polar day and night. */
function hourAngle(latitude: number, declination: number): number | undefined {
  const cosine = cos(ZENITH_DEG) / (cos(latitude) * cos(declination)) - tan(latitude) * tan(declination);
  return Math.abs(cosine) > 1 ? undefined : degrees(Math.acos(cosine));
}

/** Declination in degrees, equation of time in minutes. */
function sunOf(at: WallMs): { readonly declination: number; readonly equationOfTimeMin: number } {
  const t = (at - J2000_MS) / CENTURY_MS;
  const meanLongitude = (280.46646 + t * (36_000.76983 + 0.0003032 * t)) % 360;
  const meanAnomaly = 357.52911 + t * (35_999.05029 - 0.0001537 * t);
  const eccentricity = 0.016708634 - t * (0.000042037 + 0.0000001267 * t);
  const center =
    sin(meanAnomaly) * (1.914602 - t * (0.004817 + 0.000014 * t)) +
    sin(2 * meanAnomaly) * (0.019993 - 0.000101 * t) +
    sin(3 * meanAnomaly) * 0.000289;
  const node = 125.04 - 1_934.136 * t;
  const apparentLongitude = meanLongitude + center - 0.00569 - 0.00478 * sin(node);
  const meanObliquity = 23 + (26 + (21.448 - t * (46.815 + t * (0.00059 - t * 0.001813))) / 60) / 60;
  const obliquity = meanObliquity + 0.00256 * cos(node);
  const y = tan(obliquity / 2) ** 2;
  const equation =
    y * sin(2 * meanLongitude) -
    2 * eccentricity * sin(meanAnomaly) +
    4 * eccentricity * y * sin(meanAnomaly) * cos(2 * meanLongitude) -
    0.5 * y * y * sin(4 * meanLongitude) -
    1.25 * eccentricity * eccentricity * sin(2 * meanAnomaly);
  return {
    declination: degrees(Math.asin(sin(obliquity) * sin(apparentLongitude))),
    equationOfTimeMin: 4 * degrees(equation),
  };
}

const RADIANS = Math.PI / 180;

function sin(angle: number): number {
  return Math.sin(angle * RADIANS);
}

function cos(angle: number): number {
  return Math.cos(angle * RADIANS);
}

function tan(angle: number): number {
  return Math.tan(angle * RADIANS);
}

function degrees(angle: number): number {
  return angle / RADIANS;
}
