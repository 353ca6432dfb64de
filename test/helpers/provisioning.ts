import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DodoPayments } from 'dodopayments';
import { onTestFinished } from 'vitest';
import type { ProvisionArguments } from '../../src/cli/provision/arguments.ts';
import { runProvision } from '../../src/cli/provision/run-provision.ts';
import { readSettings } from '../../src/cli/provision/settings.ts';
import type { Exchange } from '../../src/sandbox/dodo/server.ts';
import { createDodoSimulator } from '../../src/sandbox/dodo/simulator.ts';

const PROVISION = fileURLToPath(new URL('../../src/cli/provision.ts', import.meta.url));

/** What `npm run provision` ended with. */
export interface ProvisionRun {
  code: number;
  out: string;
  err: string;
}

/** An operator's folder, and an empty account at Dodo. Both are gone when the test has finished. */
export async function createProvisioning() {
  const exchanges: Exchange[] = [];
  const sim = await createDodoSimulator({ onExchange: (exchange) => exchanges.push(exchange) });
  const folder = mkdtempSync(join(tmpdir(), 'tallybot-provision-'));
  onTestFinished(async () => {
    await sim.close();
    rmSync(folder, { recursive: true });
  });
  const envPath = join(folder, '.env');
  const least = {
    DODO_PAYMENTS_API_KEY: sim.apiKey,
    DODO_PAYMENTS_BASE_URL: sim.url,
    BASE_URL: 'https://bot.example.com',
  };
  return {
    sim,
    exchanges,
    folder,
    envPath,
    least,
    /** The vendor's own client, as the dashboard's stand-in. */
    client: new DodoPayments({ bearerToken: sim.apiKey, baseURL: sim.url, maxRetries: 0 }),
    /** The same in this process, which is quicker, with somebody who types these answers. */
    async runTyping(answers: string[], args: Partial<ProvisionArguments> = {}, env: Record<string, string> = {}) {
      const asked: string[] = [];
      const printed: string[] = [];
      const told: string[] = [];
      const code = await runProvision(
        { apply: false, print: false, yes: false, confirmed: [], ...args },
        readSettings({ CATALOGUE_PATH: 'none', ...least, ...env }),
        {
          envPath,
          ask: async (question) => {
            asked.push(question);
            return answers.shift() ?? null;
          },
          tell: (line) => told.push(line),
          print: (line) => printed.push(line),
        },
      );
      return { code, asked, printed, told: told.join('\n') };
    },
    envText: () => readFileSync(envPath, 'utf8'),
    writeCatalogue: (catalogue: object) => writeFileSync(join(folder, 'catalogue.json'), JSON.stringify(catalogue)),
    /** What was asked of Dodo since the last call that was no reading. */
    takeChanges(): string[] {
      const made = exchanges.splice(0).filter(({ method }) => method !== 'GET');
      return made.map(({ method, operation }) => `${method} ${operation}`);
    },
    /** Runs as `npm run provision` does, in the operator's folder; nobody sits at the terminal. */
    run: (args: readonly string[] = [], env: Record<string, string> = {}): Promise<ProvisionRun> =>
      new Promise((resolve) => {
        execFile(
          process.execPath,
          ['--env-file-if-exists=.env', PROVISION, ...args],
          { cwd: folder, env: { PATH: process.env.PATH ?? '', ...least, ...env } },
          (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
        );
      }),
  };
}
