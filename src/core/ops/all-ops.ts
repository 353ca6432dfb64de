import { accountOp } from './account.ts';
import { askOp } from './ask.ts';
import { audit } from './audit-log.ts';
import { grant } from './grant.ts';
import { type Op, type OpsAnswer, type OpsDeps, OpsProblem, type OpsRequest } from './op.ts';
import { outbox } from './outbox.ts';
import { pause, resume } from './pause.ts';
import { rebuild } from './rebuild.ts';
import { reconcile } from './reconcile.ts';
import { replay } from './replay.ts';

/** Every operator command. */
export const OPS: readonly Op[] = [outbox, replay, accountOp, askOp, reconcile, grant, pause, resume, rebuild, audit];

/** @throws OpsProblem when there is no such command, or it does not know an option */
export function findOp(request: OpsRequest): Op {
  const op = OPS.find((candidate) => candidate.name === request.command);
  if (op === undefined) {
    throw new OpsProblem(
      `there is no command "${request.command}": expected ${OPS.map(({ name }) => name).join(', ')}`,
    );
  }
  const unknown = Object.keys(request.options).filter((name) => !op.options.includes(name));
  if (unknown.length > 0) throw new OpsProblem(`${op.name} knows no --${unknown[0]}`);
  return op;
}

/** Carries a command out. Throws OpsProblem, and what its parts throw. */
export async function runOp(deps: OpsDeps, request: OpsRequest): Promise<OpsAnswer> {
  return findOp(request).run(deps, request);
}
