import { expect, it } from "vitest";
import { buildHistory } from "../../decisions/testing/history.ts";
import { createOwnRoom } from "./projection.fixture.ts";

const history = buildHistory(17, 700);

it("first", async () => {
  const room = await createOwnRoom();
  await room.append(history);
  await room.project();
  expect(room.faults).toEqual([]);
  expect(room.damage).toEqual([]);
  const report = await room.checker.run();
  expect(report).toEqual({});
});
