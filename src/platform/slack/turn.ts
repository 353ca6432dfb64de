import type { BlockAction, SlashCommand, ViewSubmitAction } from '@slack/bolt';
import type { CommandOptions, CommandSpec, Turn } from '../../core/chat/chat.ts';
import type { FormPlace } from './form-view.ts';
import type { InstallSource } from './message-place.ts';
import { unescapeTyped } from './slack-text.ts';
import { workspaceOf } from './workspace.ts';

/** What a command, a press, a form or a message tells, in one shape. */
export interface Inbound {
  turn: Pick<Turn, 'by' | 'cause' | 'causedAt'>;
  source: InstallSource;
  /** Null when it came from no conversation. */
  channel: string | null;
  /** Whether it is the member's own conversation with the bot; null when Slack has to be asked. */
  isDirect: boolean | null;
  /** Where a message that all may see goes. */
  threadTs: string | null;
  /** Where a message for the member alone goes. */
  privateThreadTs: string | null;
  responseUrl: string | null;
  /** Opens a form; only that of a press is used. */
  trigger: string | null;
}

/** Reads a slash command. Source: https://docs.slack.dev/interactivity/implementing-slash-commands */
export function readCommand(command: SlashCommand): Inbound {
  const { team_id: team, enterprise_id: enterprise, user_id: user } = command;
  const [teamId, enterpriseId] = [team || null, enterprise || null];
  return {
    turn: {
      by: { platform: 'slack', workspace: workspaceOf({ userTeam: teamId, teamId, enterpriseId }), user },
      cause: command.trigger_id,
    },
    source: { teamId, enterpriseId, isEnterpriseInstall: command.is_enterprise_install === 'true' },
    channel: command.channel_id || null,
    isDirect: null,
    threadTs: null,
    privateThreadTs: null,
    responseUrl: command.response_url || null,
    trigger: null,
  };
}

/** Reads the press of a button. Source: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export function readPress(body: BlockAction): Inbound {
  const thread: unknown = body.container?.thread_ts ?? body.message?.thread_ts;
  const threadTs = typeof thread === 'string' ? thread : null;
  return {
    ...readActor(body),
    channel: body.channel?.id ?? null,
    isDirect: null,
    threadTs,
    privateThreadTs: threadTs,
    responseUrl: body.response_url || null,
    trigger: body.trigger_id,
  };
}

/** Reads what is sent with a form. Source: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
export function readSubmission(body: ViewSubmitAction, { channel, threadTs }: FormPlace): Inbound {
  return {
    ...readActor(body),
    channel,
    isDirect: null,
    threadTs,
    privateThreadTs: threadTs,
    responseUrl: null,
    trigger: null,
  };
}

/** Who did it, and by which install it came. */
function readActor(body: BlockAction | ViewSubmitAction): Pick<Inbound, 'turn' | 'source'> {
  const { user, team } = body;
  const enterpriseId = body.enterprise?.id ?? team?.enterprise_id ?? null;
  const teamId = team?.id ?? null;
  const userTeam = user.team_id ?? null;
  return {
    turn: {
      by: { platform: 'slack', workspace: workspaceOf({ userTeam, teamId, enterpriseId }), user: user.id },
      cause: body.trigger_id,
    },
    source: {
      teamId: teamId ?? userTeam,
      enterpriseId,
      isEnterpriseInstall: body.is_enterprise_install === true,
    },
  };
}

/** The text behind a command is its first option; what is not a whole number stays as it was typed. */
export function readOptions(spec: CommandSpec, text: string | undefined): CommandOptions {
  const [option] = spec.options;
  const typed = unescapeTyped(text ?? '').trim();
  if (option === undefined || typed === '') return {};
  const asNumber = option.type === 'integer' && /^[+-]?\d+$/.test(typed) ? Number(typed) : Number.NaN;
  return { [option.name]: Number.isSafeInteger(asNumber) ? asNumber : typed };
}
