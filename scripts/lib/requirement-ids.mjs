/**
 * @typedef {{ id: string, text: string }} Requirement
 * @typedef {{ file: string, title: string }} NamedTest
 */

const ROW = /^\| (?<id>L\d+|[A-Z]+-\d+) +\| (?<text>.+?) +\|$/;
const ID = /\b(?:[A-Z]+-\d+|L\d+)\b/g;

/** `TYPE-1..3` in a title stands for TYPE-1 TYPE-2 TYPE-3. */
const RANGE = /\b([A-Z]+-|L)(\d+)\.\.(\d+)\b/g;

const TITLE =
  /\b(?:describe|it|test)(?:\s*\.\s*\w+)*\s*(?:\([^()"'`]*\)\s*)?\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/g;

/**
 * Reads the rows of docs/requirements.md.
 * @param {string} markdown
 * @returns {Requirement[]}
 */
export function requirementsOf(markdown) {
  return markdown.split("\n").flatMap((line) => {
    const row = ROW.exec(line)?.groups;
    return row?.id === undefined || row.text === undefined ? [] : [{ id: row.id, text: row.text }];
  });
}

/**
 * Titles of the tests of a file. A `describe` that names an id counts like a test that does: what it
 * says holds for each of its tests.
 * @param {string} source
 * @returns {string[]}
 */
export function titlesOf(source) {
  return [...source.matchAll(TITLE)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/**
 * Ids that a title names, ranges spelled out.
 * @param {string} title
 * @returns {string[]}
 */
export function idsIn(title) {
  const spelledOut = title.replaceAll(RANGE, (_, prefix, first, last) =>
    Array.from(
      { length: Math.max(0, Number(last) - Number(first) + 1) },
      (_each, offset) => `${prefix}${Number(first) + offset}`,
    ).join(" "),
  );
  return [...new Set(spelledOut.match(ID) ?? [])];
}

/**
 * @param {readonly Requirement[]} requirements
 * @param {readonly NamedTest[]} tests
 * @returns {{ id: string, text: string, tests: NamedTest[] }[]}
 */
export function coverage(requirements, tests) {
  const byId = new Map(requirements.map(({ id }) => [id, /** @type {NamedTest[]} */ ([])]));
  for (const test of tests) for (const id of idsIn(test.title)) byId.get(id)?.push(test);
  return requirements.map((each) => ({ ...each, tests: byId.get(each.id) ?? [] }));
}

/**
 * Ids in titles that no requirement has: a misspelt id proves nothing.
 * @param {readonly Requirement[]} requirements
 * @param {readonly NamedTest[]} tests
 */
export function unknownIds(requirements, tests) {
  const known = new Set(requirements.map(({ id }) => id));
  const families = new Set(requirements.map(({ id }) => id.replace(/\d+$/, "")));
  return tests.flatMap((test) =>
    idsIn(test.title)
      .filter((id) => !known.has(id) && families.has(id.replace(/\d+$/, "")))
      .map((id) => ({ id, ...test })),
  );
}
