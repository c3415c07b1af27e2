import { existsSync, readFileSync } from "node:fs";
import { colleagueNames } from "./colleague-keys.mjs";
import { inState } from "./paths.mjs";
import { bold, dim, say } from "./say.mjs";

/**
 * One member of the development cast, as the key service's genesis writes them (0600).
 * @typedef {{ person: string, name: string, roles: string[], tenant: string, enrolmentLink: string,
 *   enrolled: boolean }} Person
 */

/** @returns {Person[] | null} null before the first start */
export function readPeople() {
  const file = inState("people.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
}

/**
 * Without the colleagues, whose keys are software.
 * @param {readonly Person[]} people
 */
export function yours(people) {
  const colleagues = colleagueNames();
  return people.filter(({ name }) => !colleagues.includes(name));
}

/**
 * Shows who there is and how each of them enrols a first key. A link works once.
 * @param {readonly Person[]} people
 */
export function showPeople(people) {
  for (const { name, roles, tenant, enrolmentLink, enrolled } of people) {
    say(`  ${bold(name.padEnd(8))} ${dim(`${tenant}: ${roles.join(", ") || "no rights"}`)}`);
    say(`           ${enrolled ? "has enrolled a key" : enrolmentLink}`);
  }
}
