import type { World } from '../world.ts';
import type { UploadedFile } from './request-body.ts';

/** How many requests in how long, counted for each value of the named path parts. */
export interface BucketRule {
  name: string;
  limit: number;
  windowMs: number;
  major: readonly string[];
}

/** A request to one route. */
export interface RestContext {
  world: World;
  params: Record<string, string>;
  query: Record<string, string>;
  body: unknown;
  files: UploadedFile[];
}

/** An answer: a status and, unless it is 204, a JSON body. */
export interface RestReply {
  status: number;
  body?: unknown;
}

/** A route below `/api/v10`. */
export interface RestRoute {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  /** Whether the bot's token is asked for; interaction tokens authorise by themselves. */
  auth: 'bot' | 'none';
  bucket: BucketRule;
  answer(context: RestContext): RestReply | Promise<RestReply>;
}

/** Messages: 5 in 5 s for each channel or interaction token, as observed in Discord's own headers. */
export function messageBucket(name: string, major: string): BucketRule {
  return { name, limit: 5, windowMs: 5_000, major: [major] };
}

/** Everything else: the simulator's own generous figure. */
export function plainBucket(name: string): BucketRule {
  return { name, limit: 30, windowMs: 5_000, major: [] };
}
