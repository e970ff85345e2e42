// Values across the border: JSON with tagged dates {"$d"}, date-times {"$t"}, times {"$h"} and durations {"$p"}.
import { DateTime, Duration, FixedOffsetZone } from "luxon";
import { getType } from "@bpmn-io/feelin";
import { Stop } from "./stop.js";

export function localDate(year, month, day) {
  return DateTime.fromObject({ year, month, day }, { zone: FixedOffsetZone.utcInstance });
}

function revive(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value.$d === "string") {
    const [year, month, day] = value.$d.split("-").map(Number);
    return localDate(year, month, day);
  }
  if (typeof value.$t === "string") return DateTime.fromISO(value.$t, { setZone: true });
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
      if (!Number.isFinite(value)) return null;
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new Stop("large", [String(value)]);
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
