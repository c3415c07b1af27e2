import type { Command } from "./command.ts";
import { bindWorkloadCommand } from "./commands/bind-workload.ts";
import { changeRoleCommand } from "./commands/change-role.ts";
import { checkCommand } from "./commands/check.ts";
import { approveCommand, denyCommand, withdrawCommand } from "./commands/decide.ts";
import { editCommand } from "./commands/edit.ts";
import { execCommand } from "./commands/exec.ts";
import { generateCommand } from "./commands/generate.ts";
import { getCommand } from "./commands/get.ts";
import { helpCommand } from "./commands/help.ts";
import { listCommand } from "./commands/list.ts";
import { logCommand } from "./commands/log.ts";
import { loginCommand } from "./commands/login.ts";
import { logoutCommand } from "./commands/logout.ts";
import { peopleCommand } from "./commands/people.ts";
import { putCommand } from "./commands/put.ts";
import { registerCommand } from "./commands/register.ts";
import { requestCommand } from "./commands/request.ts";
import { requestsCommand } from "./commands/requests.ts";
import { revokeCommand } from "./commands/revoke.ts";
import { showCommand } from "./commands/show.ts";
import { tidyCommand } from "./commands/tidy.ts";
import { whoamiCommand } from "./commands/whoami.ts";

/** Every command, in the order of the help: who you are, what there is, use it, decide, change, prove. */
export const COMMANDS: readonly Command[] = [
  loginCommand,
  logoutCommand,
  whoamiCommand,
  peopleCommand,
  listCommand,
  showCommand,
  requestCommand,
  requestsCommand,
  getCommand,
  execCommand,
  approveCommand,
  denyCommand,
  withdrawCommand,
  registerCommand,
  putCommand,
  generateCommand,
  checkCommand,
  editCommand,
  bindWorkloadCommand,
  changeRoleCommand,
  revokeCommand,
  logCommand,
  tidyCommand,
  helpCommand(() => COMMANDS),
];
