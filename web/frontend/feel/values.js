// Values across the border: JSON with tagged dates {"$d"}, date-times {"$t"}, times {"$h"} and durations {"$p"}.
import { DateTime, Duration, FixedOffsetZone } from "luxon";
import { getType } from "@bpmn-io/feelin";
import { Stop } from "./stop.js";

export function localDate(year, month, day) {
  return DateTime.fromObject({ year, month, day }, { zone: FixedOffsetZone.utcInstance });
}

// Feelin takes an instant at midnight in UTC for a date; a zone of our own, also without offset, tells them apart.
const ZERO = new FixedOffsetZone(0);

// An instant from ISO text, keeping its offset; without one it is `offset` minutes from UTC.
export function instant(text, offset = 0) {
  const read = DateTime.fromISO(text, { setZone: true, zone: offset ? FixedOffsetZone.instance(offset) : ZERO });
  return read.isValid && read.zone === FixedOffsetZone.utcInstance ? DateTime.fromMillis(read.toMillis(), { zone: ZERO }) : read;
}

function revive(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value.$d === "string") {
    const [year, month, day] = value.$d.split("-").map(Number);
    return localDate(year, month, day);
  }
  if (typeof value.$t === "string") return instant(value.$t);
  if (typeof value.$h === "string") return instant(`0001-01-01T${value.$h}`);
  if (typeof value.$p === "string") return Duration.fromISO(value.$p);
  return reviveAll(value);
}

export function reviveAll(context) {
  const revived = {};
  for (const key of Object.keys(context)) revived[key] = revive(context[key]);
  return revived;
}

export function encode(value) {
  switch (getType(value)) {
    case "nil": return null;
    case "boolean": case "string": return value;
    case "number":
      if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
        throw new Stop("large", []);
      }
      return value;
    case "date": return { $d: value.toFormat("yyyy-MM-dd") };
    case "time": return { $h: value.toFormat("HH:mm:ss") };
    case "date time": return { $t: value.toISO() };
    case "duration": return { $p: value.toISO() };
    case "list": return value.map(encode);
    case "context": return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, encode(entry)]));
    default: throw new Stop("result", [getType(value)]);
  }
}
