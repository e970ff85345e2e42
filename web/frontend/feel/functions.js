// The functions that social work needs beside FEEL's own, and those of FEEL that feelin has wrong; clock and calendar
// come in as data, so that tests can set them.
import { DateTime } from "luxon";
import { getType } from "@bpmn-io/feelin";
import { Stop } from "./stop.js";
import { instant, localDate } from "./values.js";

let moment = null;
let calendar = null;

export function setMoment(text) {
  if (moment?.text !== text) {
    moment = { text, ...JSON.parse(text) };
    calendar = null;
  }
}

const now = () => instant(moment.now);
const today = () => day(now());
const day = (instant) => localDate(instant.year, instant.month, instant.day);
const isDay = (value) => ["date", "date time"].includes(getType(value));
const given = (...values) => values.every((value) => value !== null && value !== undefined);
const valid = (value) => (value?.isValid ? value : null);

function asDay(value) {
  if (!isDay(value)) throw new Stop("type", [getType(value), "date"]);
  return day(value);
}

function isWorkingDay(d) {
  calendar ??= { holidays: new Set(moment.holidays), workdays: new Set(moment.workdays) };
  const key = d.toISODate();
  return calendar.workdays.has(key) || (d.weekday <= 5 && !calendar.holidays.has(key));
}

// The time of day is kept; n = 0 is the day itself, negative n counts back.
function workingDaysAfter(from, days) {
  if (!given(from, days)) return null;
  if (!isDay(from)) throw new Stop("type", [getType(from), "date"]);
  if (getType(days) !== "number" || !Number.isInteger(days) || Math.abs(days) > 5000) throw new Stop("days", []);
  const step = days < 0 ? -1 : 1;
  let left = Math.abs(days);
  while (left > 0) {
    from = from.plus({ days: step });
    if (isWorkingDay(from)) left -= 1;
  }
  return from;
}

// Whole calendar days, negative when `to` is the earlier one.
function daysBetween(from, to) {
  return given(from, to) ? Math.round((asDay(to).toMillis() - asDay(from).toMillis()) / 86_400_000) : null;
}

function ageInYears(birth, on) {
  if (!given(birth)) return null;
  const [from, to] = [asDay(birth), given(on) ? asDay(on) : today()];
  if (from > to) throw new Stop("birth", []);
  const had = to.month > from.month || (to.month === from.month && to.day >= from.day);
  return to.year - from.year - (had ? 0 : 1);
}

// Local time where no offset is written; a zone's name cannot be resolved here.
function readInstant(text) {
  if (text.includes("@") || text.includes("[")) throw new Stop("zone", [text.split(/[@[]/)[1].replace("]", "")]);
  if (!text.includes("T")) return valid(localDateOf(text));
  return valid(instant(text, moment.offset));
}

function localDateOf(text) {
  const read = DateTime.fromISO(text, { zone: "utc" });
  return read.isValid ? localDate(read.year, read.month, read.day) : null;
}

const readTime = (text) => valid(instant(`0001-01-01T${text}`, moment.offset));

// Numbers, texts, dates, instants or durations, all of one kind; with a list as the only argument, its entries.
function extreme(sign) {
  return Object.assign((...args) => {
    const list = args.length === 1 && Array.isArray(args[0]) ? args[0] : args;
    if (list.length === 0 || !given(...list)) return null;
    const other = list.find((entry) => getType(entry) !== getType(list[0]));
    if (other !== undefined) throw new Stop("type", [getType(list[0]), getType(other)]);
    if (["list", "context", "boolean", "function"].includes(getType(list[0]))) throw new Stop("order", [getType(list[0])]);
    return list.reduce((best, entry) => ((sign > 0 ? entry > best : entry < best) ? entry : best));
  }, { $args: ["...list"] });
}

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December"];

// Feelin knows these names, and fails when they are called.
const UNFINISHED = ["overlaps before", "overlaps after", "finishes", "finished by", "during", "starts", "started by", "coincides"];

export function install(builtins, fn) {
  const plain = { ...builtins };
  const overlay = (name, own) => {
    builtins[name] = Object.assign((...args) => own(...args), { $args: plain[name].$args });
  };
  overlay("date", (...args) => {
    const only = args.filter((arg) => given(arg));
    // Feelin turns an instant to UTC first, which can be the day before.
    if (only.length === 1 && isDay(only[0])) return day(only[0]);
    if (only.length === 1 && getType(only[0]) === "string") return localDateOf(only[0]);
    if (only.length === 3 && only.every((part) => getType(part) === "number")) return valid(localDate(...only));
    if (only.length < args.length || args.length === 0) return null;
    throw new Stop("argument", ["date", "string", getType(only[0])]);
  });
  overlay("date and time", (...args) => {
    const only = args.filter((arg) => given(arg));
    if (only.length === 1 && getType(only[0]) === "string") {
      const text = only[0];
      return readInstant(text.includes("T") ? text : `${text}T00:00:00`);
    }
    if (only.length === 1 && getType(only[0]) === "date time") return only[0];
    if (only.length === 2 && isDay(only[0]) && getType(only[1]) === "time") {
      const { year, month, day } = only[0];
      return only[1].set({ year, month, day });
    }
    if (only.length < args.length || args.length === 0) return null;
    throw new Stop("argument", ["date and time", "string", getType(only[0])]);
  });
  overlay("time", (...args) => {
    const only = args.filter((arg) => given(arg));
    if (only.length === 1 && getType(only[0]) === "string") return readTime(only[0]);
    if (only.length === 1 && ["time", "date time"].includes(getType(only[0]))) return only[0].set({ year: 1, month: 1, day: 1 });
    if (only.length === 3 && only.every((part) => getType(part) === "number")) {
      return readTime(only.map((part) => String(part).padStart(2, "0")).join(":"));
    }
    if (only.length < args.length || args.length === 0) return null;
    throw new Stop("argument", ["time", "string", getType(only[0])]);
  });
  overlay("@", (text) => {
    if (/^-?P/.test(text)) return plain["@"](text);
    return /^\d{1,2}:\d{2}/.test(text) ? readTime(text) : readInstant(text);
  });
  overlay("years and months duration", (from, to) => {
    if (!given(from, to)) return null;
    const length = asDay(to).diff(asDay(from), ["years", "months"]);
    return length.set({ months: Math.trunc(length.months) });
  });
  overlay("not", (value) => {
    if (given(value) && typeof value !== "boolean") throw new Stop("boolean", [getType(value)]);
    return given(value) ? !value : null;
  });
  overlay("min", extreme(-1));
  overlay("max", extreme(1));
  overlay("day of week", (date) => (given(date) ? DAYS[asDay(date).weekday - 1] : null));
  overlay("month of year", (date) => (given(date) ? MONTHS[asDay(date).month - 1] : null));
  builtins["now"] = fn(now, [], []);
  builtins["today"] = fn(today, [], []);
  builtins["working days after"] = fn(workingDaysAfter, ["any", "any"], ["date", "days"]);
  builtins["is working day"] = fn((date) => (given(date) ? isWorkingDay(asDay(date)) : null), ["any"], ["date"]);
  builtins["days between"] = fn(daysBetween, ["any", "any"], ["from", "to"]);
  builtins["age in years"] = fn(ageInYears, ["any", "any?"], ["birth", "on"]);
  builtins["is defined"] = fn((value) => given(value), ["any?"], ["value"]);
  for (const name of UNFINISHED) delete builtins[name];
  for (const [name, call] of Object.entries(builtins)) call.spelled = name; // for the sentences of errors
}
