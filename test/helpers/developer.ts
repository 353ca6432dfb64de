import OpenAI from 'openai';
import type { App } from '../../src/app.ts';
import { type Person, reads } from './people.ts';

/** Somebody with an API key and HTTP in their hands. */
export interface Developer {
  key: string;
  /** The vendor's own client, with nothing changed but where it goes and what it is let in by. */
  openai: OpenAI;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Told>;
  get(path: string): Promise<Told>;
}

export interface Told {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it expects
  body: any;
  headers: Headers;
}

/** @returns what `/apikey` shows a member, for a program of theirs */
export async function keyOf(person: Person, words?: string): Promise<string> {
  const { text } = await reads(person.does('apikey', words));
  const key = /tb_[A-Za-z0-9_-]{43}/.exec(text)?.[0];
  if (key === undefined) throw new Error(`expected an API key, got ${text}`);
  return key;
}

export function developerWith(key: string, { app }: { app: Pick<App, 'url'> }): Developer {
  const authorization = `Bearer ${key}`;
  async function ask(path: string, init: RequestInit): Promise<Told> {
    const response = await fetch(`${app.url}${path}`, {
      ...init,
      headers: { authorization, 'content-type': 'application/json', ...init.headers },
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers };
  }
  return {
    key,
    openai: new OpenAI({ baseURL: `${app.url}/v1`, apiKey: key, maxRetries: 0 }),
    post: (path, body, headers = {}) =>
      ask(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers }),
    get: (path) => ask(path, {}),
  };
}
