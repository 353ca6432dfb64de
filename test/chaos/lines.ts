import { type Line, openLine } from './line.ts';

const ADDRESSES = {
  store: 'REDIS_URL',
  dodo: 'DODO_PAYMENTS_BASE_URL',
  model: 'OPENAI_BASE_URL',
  discord: 'DISCORD_API_URL',
  slack: 'SLACK_API_URL',
} as const;

/** What the bot cannot do without, each behind a line of its own. */
export type Service = keyof typeof ADDRESSES;

export interface Lines {
  of(service: Service): Line;
  /** The bot's environment, with these lines in the place of the services. */
  env: Record<string, string>;
  close(): Promise<void>;
}

/** @param env where the services are, on this machine */
export async function openLines(env: Readonly<Record<string, string>>): Promise<Lines> {
  const lines = new Map<Service, Line>();
  const behind: Record<string, string> = { ...env };
  for (const [service, name] of Object.entries(ADDRESSES) as [Service, string][]) {
    const url = env[name] ?? '';
    const { port } = new URL(url);
    const line = await openLine(Number(port));
    lines.set(service, line);
    behind[name] = url.replace(port, String(line.port));
  }
  return {
    of(service) {
      const line = lines.get(service);
      if (line === undefined) throw new Error(`expected a line to ${service}`);
      return line;
    },
    env: behind,
    close: async () => {
      await Promise.all([...lines.values()].map((line) => line.close()));
    },
  };
}
