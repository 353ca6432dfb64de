import type { AnyBlock } from '@slack/types';
import { type Request, Router } from 'express';
import { playFault } from './answer.ts';
import { SlackApiError } from './api-error.ts';
import { type Arguments, flag, optionalText } from './arguments.ts';
import { readContent } from './content.ts';
import type { SlackFaults } from './faults.ts';
import type { SlackMessage } from './model.ts';
import type { SlackWorld } from './world.ts';

/** Source: https://docs.slack.dev/interactivity/handling-user-interaction */
const MAX_USES = 5;
const LIFETIME_MS = 30 * 60_000;

/** Where a response_url leads: to one person in one conversation, for a while. */
export interface ResponseTarget {
  teamId: string;
  channel: string;
  userId: string;
  threadTs?: string;
  /** The message that `replace_original` and `delete_original` mean. */
  original?: SlackMessage;
  /** What a response means that does not say `replace_original`: after a click the message is replaced. */
  replaces: boolean;
  issuedAt: number;
  uses: number;
}

export interface ResponseUrls {
  /** @returns the URL to put into the payload, and its target, which the acknowledgement's message is told to */
  issue(
    kind: 'commands' | 'actions',
    target: Pick<ResponseTarget, 'teamId' | 'channel' | 'userId' | 'threadTs' | 'original'>,
  ): {
    url: string;
    target: ResponseTarget;
  };
  /** Shows what an acknowledgement or a response_url says. It works where the bot is not a member. */
  show(target: ResponseTarget, args: Arguments, source: 'ack' | 'response_url'): SlackMessage | undefined;
  router: Router;
  clear(): void;
}

export function createResponseUrls(world: SlackWorld, faults: SlackFaults): ResponseUrls {
  const targets = new Map<string, ResponseTarget>();
  const router = Router();

  router.post('/hooks/:kind/:team/:id/:secret', (request: Request<{ secret: string }>, response) => {
    const args = (request.body ?? {}) as Arguments;
    const target = targets.get(request.params.secret);
    const record = { at: world.now(), method: 'response_url', args, status: 200, unexpected: false };
    world.store.requests.push(target ? { ...record, teamId: target.teamId } : record);
    const entry = world.store.requests.at(-1) ?? record;
    const fault = faults.take('response_url');
    if (fault && !fault.performed) {
      entry.status = playFault(fault, response);
      return;
    }
    const refused = refusal(target, world.now());
    if (refused || !target) {
      entry.status = 404;
      Object.assign(entry, { error: refused });
      response.status(404).type('text/plain').send(refused);
      return;
    }
    target.uses += 1;
    try {
      show(target, args, 'response_url');
    } catch (error) {
      if (!(error instanceof SlackApiError)) throw error;
      Object.assign(entry, { status: 400, error: error.code });
      response.status(400).type('text/plain').send(error.code);
      return;
    }
    if (fault) entry.status = playFault(fault, response);
    else response.status(200).type('text/plain').send('ok');
  });

  function show(target: ResponseTarget, args: Arguments, source: 'ack' | 'response_url'): SlackMessage | undefined {
    const { store } = world;
    const { original } = target;
    if (flag(args, 'delete_original')) {
      if (original && !original.deleted) store.change(original, 'deleted');
      return original;
    }
    const content: { text: string; blocks: AnyBlock[] } = readContent(args);
    const replaces = args.replace_original === undefined ? target.replaces : flag(args, 'replace_original');
    if (replaces && original && !original.deleted) {
      store.change(original, 'updated', content);
      return original;
    }
    const threadTs = optionalText(args, 'thread_ts') ?? target.threadTs;
    const shown = store.post({
      ...content,
      teamId: target.teamId,
      channel: target.channel,
      user: store.botOf(target.teamId)?.botUserId ?? '',
      source,
      fromBot: true,
      ...(threadTs && { threadTs }),
      ...(optionalText(args, 'response_type') !== 'in_channel' && { ephemeralFor: target.userId }),
    });
    target.original ??= shown;
    return shown;
  }

  return {
    issue(kind, wanted) {
      const target: ResponseTarget = { ...wanted, replaces: kind === 'actions', issuedAt: world.now(), uses: 0 };
      const [id, secret] = [world.store.ids.sequence(), world.store.ids.secret()];
      targets.set(secret, target);
      return { url: `${world.origin()}/hooks/${kind}/${target.teamId}/${id}/${secret}`, target };
    },
    show,
    router,
    clear: () => targets.clear(),
  };
}

function refusal(target: ResponseTarget | undefined, now: number): string | undefined {
  if (!target) return 'no_service';
  if (now - target.issuedAt > LIFETIME_MS) return 'expired_url';
  if (target.uses >= MAX_USES) return 'used_url';
  return undefined;
}
