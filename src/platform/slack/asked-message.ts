import type { Millis } from '../../core/time.ts';
import type { Inbound } from './turn.ts';
import { readTyped } from './typed-message.ts';
import { workspaceOf } from './workspace.ts';

/** What comes around an event. Source: https://docs.slack.dev/apis/events-api#callback-field */
export interface EventEnvelope {
  event_id: string;
  team_id?: string | null;
  enterprise_id?: string | null;
  is_enterprise_install?: boolean | undefined;
  /** The installation through which the event came. */
  authorizations?: readonly Authorization[] | undefined;
}

interface Authorization {
  team_id: string | null;
  enterprise_id: string | null;
  user_id: string;
  is_bot?: boolean;
  is_enterprise_install?: boolean | undefined;
}

export interface AskedMessage {
  inbound: Inbound;
  /** What the member wrote, without the mention of the bot. */
  text: string;
}

/** A message with a file, and a reply that is shown in the channel too. Others are Slack's own, or changes. */
const WRITTEN = new Set([undefined, 'file_share', 'thread_broadcast']);
const SLACKBOT = 'USLACKBOT';

/**
 * Reads a mention of the bot, or a message to it. Null for everything that asks nothing: other messages of a channel,
 * changes, joins, and what the bot itself and other bots write.
 * Sources: https://docs.slack.dev/reference/events/app_mention, https://docs.slack.dev/reference/events/message.im
 */
export function readAskedMessage(event: object, envelope: EventEnvelope): AskedMessage | null {
  const fact = (name: string): string | null => {
    const value: unknown = Object.entries(event).find(([key]) => key === name)?.[1];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const isDirect = fact('channel_type') === 'im' || (fact('channel')?.startsWith('D') ?? false);
  if (fact('type') !== 'app_mention' && !isDirect) return null;
  if (!WRITTEN.has(fact('subtype') ?? undefined) || 'edited' in event || fact('bot_id') !== null) return null;

  const [user, channel, ts] = [fact('user'), fact('channel'), fact('ts')];
  const authorization = envelope.authorizations?.[0];
  const bot = authorization?.is_bot === false ? null : (authorization?.user_id ?? null);
  if (user === null || channel === null || ts === null || user === bot || user === SLACKBOT) return null;

  const teamId = envelope.team_id || null;
  const enterpriseId = envelope.enterprise_id || null;
  const userTeam = fact('user_team') ?? fact('source_team') ?? fact('team');
  const thread = fact('thread_ts');
  return {
    text: readTyped(fact('text') ?? '', bot),
    inbound: {
      turn: {
        by: { platform: 'slack', workspace: workspaceOf({ userTeam, teamId, enterpriseId }), user },
        cause: `${channel}:${ts}`,
        causedAt: timeOf(ts),
      },
      source: {
        teamId: authorization?.team_id ?? teamId,
        enterpriseId: authorization?.enterprise_id ?? enterpriseId,
        isEnterpriseInstall: authorization?.is_enterprise_install ?? envelope.is_enterprise_install ?? false,
      },
      channel,
      isDirect,
      threadTs: thread ?? (isDirect ? null : ts),
      // Slack shows an ephemeral message only in a thread that has begun.
      privateThreadTs: thread,
      responseUrl: null,
      trigger: null,
    },
  };
}

/** @returns when a message was written (https://docs.slack.dev/messaging/retrieving-messages, `ts`); null for what is no such time */
function timeOf(ts: string): Millis | null {
  return /^\d{10}\.\d{6}$/.test(ts) ? Math.floor(Number(ts) * 1_000) : null;
}
