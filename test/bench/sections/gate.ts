import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { GateFigures, GateOrder } from '../gate/gate-process.ts';

const PROCESS = fileURLToPath(new URL('../gate/gate-process.ts', import.meta.url));
const REPLAY = fileURLToPath(new URL('../gate/replay-process.ts', import.meta.url));

/** Runs the gate and then its engine alone, in a process of their own. */
export async function runGate(order: GateOrder): Promise<GateFigures> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, JSON.stringify(order)]);
  return JSON.parse(stdout) as GateFigures;
}

/**
 * Runs the gate, and then the commands that it sent.
 * @returns asks a second that the commands alone allow
 */
export async function runReplay(order: GateOrder): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [REPLAY, JSON.stringify(order)]);
  return Number(stdout);
}
