import "./zod-without-eval.ts";
import { raiseFrame } from "./frame.ts";
import { deviceLoginView } from "./views/device-login.ts";
import { enrolFirstKeyView, enrolFurtherKeyView } from "./views/enrol.ts";
import { showFailure, showNothingHere } from "./views/failure.ts";
import { inboxView } from "./views/inbox.ts";
import { requestView } from "./views/request.ts";
import { signDraftsView } from "./views/sign-drafts.ts";

/** Each path of the desk and its view. Every view but the inbox can be reached by link alone. */
async function draw(): Promise<void> {
  const { pathname, search, hash } = location;
  const [, room = "", id = ""] = pathname.split("/");
  const fragment = hash.slice(1);
  switch (room) {
    case "":
      return inboxView();
    case "enrol":
      return fragment === "" ? enrolFurtherKeyView() : enrolFirstKeyView(fragment);
    case "d":
      return signDraftsView(
        id === "" ? (new URLSearchParams(search).get("ids") ?? "").split(",") : [id],
      );
    case "list":
      return signDraftsView(fragment.split(","));
    case "r":
      return requestView(id);
    case "login":
      return deviceLoginView(id);
    default:
      return showNothingHere();
  }
}

function start(): void {
  raiseFrame();
  draw().catch(showFailure);
}

window.addEventListener("hashchange", () => location.reload());
start();
