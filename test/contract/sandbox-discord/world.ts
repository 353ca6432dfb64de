import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { REST, type RESTOptions } from 'discord.js';
import type { APIInteraction } from 'discord-api-types/v10';
import { onTestFinished } from 'vitest';
import {
  createDiscordSimulator,
  type DiscordSimulator,
  type DiscordSimulatorOptions,
} from '../../../src/sandbox/discord/simulator.ts';

/** What an endpoint does with an interaction: a JSON answer, or null for 202 with an empty body. */
export type Handler = (interaction: APIInteraction) => object | null | Promise<object | null>;

/** A simulator and an unmodified discord.js REST client for one test, closed when it ends. */
export async function startDiscord(
  options: DiscordSimulatorOptions = {},
  restOptions: Partial<RESTOptions> = {},
): Promise<{ sim: DiscordSimulator; rest: REST }> {
  const sim = await createDiscordSimulator(options);
  onTestFinished(() => sim.close());
  const rest = new REST({ api: `${sim.url}/api`, version: '10', retries: 0, ...restOptions }).setToken(sim.token);
  onTestFinished(() => {
    rest.clearHashSweeper();
    rest.clearHandlerSweeper();
  });
  return { sim, rest };
}

/** An endpoint that answers interactions through `handler`, without checking signatures. */
export async function startEndpoint(sim: DiscordSimulator, handler: Handler): Promise<void> {
  await startRawEndpoint(sim, async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(Buffer.from(chunk));
    const answer = await handler(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    if (answer === null) res.writeHead(202).end();
    else res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
}

/** An endpoint of plain Node HTTP; gives its URL. */
export async function startRawEndpoint(
  sim: DiscordSimulator,
  handler: (req: IncomingMessage, res: ServerResponse) => void | Promise<void>,
): Promise<string> {
  const server = createServer((req, res) => void handler(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  sim.setInteractionsUrl(url);
  return url;
}
