// The functions that social work needs beside FEEL's own; clock and calendar come in as data, so that tests can set them.
import { DateTime } from "luxon";
import { getType } from "@bpmn-io/feelin";
import { Stop } from "./stop.js";
import { localDate } from "./values.js";

let moment = null;
let calendar = null;

export function setMoment(text) {
  if (moment?.text !== text) {
    moment = { text, ...JSON.parse(text) };
    calendar = null;
  }
}

const now = () => DateTime.fromISO(moment.now, { setZone: true });
const today = () => day(now());
const day = (instant) => localDate(instant.year, instant.month, instant.day);

function isWorkingDay(d) {
  calendar ??= { holidays: new Set(moment.holidays), workdays: new Set(moment.workdays) };
  const key = d.toFormat("yyyy-MM-dd");
  return calendar.workdays.has(key) || (d.weekday <= 5 && !calendar.holidays.has(key));
}

function workingDaysAfter(from, days) {
  if (!["date", "date time"].includes(getType(from))) throw new Stop("type", [getType(from), "date"]);
  if (getType(days) !== "number" || !Number.isInteger(days) || Math.abs(days) > 5000) throw new Stop("days", [days]);
  const step = days < 0 ? -1 : 1;
  let left = Math.abs(days);
  while (left > 0) {
    from = from.plus({ days: step });
    if (isWorkingDay(from)) left -= 1;
  }
  return from;
}

function asDay(value) {
  if (!["date", "date time"].includes(getType(value))) throw new Stop("type", [getType(value), "date"]);
  return day(value);
}

function ageInYears(birth, on) {
  if (getType(birth) === "nil") return null;
  const [from, to] = [asDay(birth), on === null || on === undefined ? today() : asDay(on)];
  const had = to.month > from.month || (to.month === from.month && to.day >= from.day);
  return to.year - from.year - (had ? 0 : 1);
}

export function install(builtins, fn) {
  const plain = builtins.date;
  builtins["date"] = Object.assign((...args) => {
    const only = args.filter((arg) => arg !== undefined && arg !== null);
    // Feelin turns an instant to UTC first, which can be the day before.
    if (only.length === 1 && getType(only[0]) === "date time") return day(only[0]);
    if (only.length === 3 && args.length === 3) {
      const made = localDate(...args);
      return made.isValid ? made : null;
    }
    return plain(...args);
  }, { $args: plain.$args });
  builtins["now"] = fn(now, [], []);
  builtins["today"] = fn(today, [], []);
  builtins["working days after"] = fn(workingDaysAfter, ["any", "any"], ["date", "days"]);
  builtins["is working day"] = fn((date) => isWorkingDay(asDay(date)), ["any"], ["date"]);
  builtins["days between"] = fn((from, to) => Math.round(asDay(to).diff(asDay(from), "days").days), ["any", "any"], ["from", "to"]);
  builtins["age in years"] = fn(ageInYears, ["any", "any?"], ["birth", "on"]);
  builtins["is defined"] = fn((value) => value !== null && value !== undefined, ["any?"], ["value"]);
}
