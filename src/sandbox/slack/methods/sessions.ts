import { SlackApiError } from '../api-error.ts';
import { messages, optionalText, requiredText } from '../arguments.ts';
import type { SlackSession } from '../model.ts';
import type { SlackWorld } from '../world.ts';
import { type Method, visibleChannel } from './method.ts';

const STATUSES = ['processing', 'active', 'suspended', 'closed'];

/** Source: https://docs.slack.dev/reference/methods/agents.sessions.setStatus */
const setStatus: Method = {
  tier: 3,
  scopes: ['chat:write'],
  handle(call) {
    const channel = visibleChannel(call, requiredText(call.args, 'channel_id', 'channel_not_found'));
    const threadTs = requiredText(call.args, 'thread_ts');
    const status = requiredText(call.args, 'status');
    if (!STATUSES.includes(status)) {
      throw new SlackApiError('invalid_arguments', messages(`status must be one of ${STATUSES.join(', ')}`));
    }
    const title = optionalText(call.args, 'title');
    if (title && title.length > 200) throw new SlackApiError('invalid_arguments', messages('title: at most 200'));
    const session = setSession(call.world, channel.id, threadTs, { status, ...(title && { title }) });
    return { status, agent_status: status, ...(session.title && { title: session.title }) };
  },
};

/** An empty status clears the line. Source: https://docs.slack.dev/reference/methods/assistant.threads.setStatus */
const setThreadStatus: Method = {
  tier: 'special',
  scopes: ['chat:write', 'assistant:write'],
  handle(call) {
    const channel = visibleChannel(call, requiredText(call.args, 'channel_id', 'channel_not_found'));
    const threadTs = requiredText(call.args, 'thread_ts');
    const loading = optionalText(call.args, 'status');
    if (loading === undefined) throw new SlackApiError('invalid_arguments', messages('missing required field: status'));
    setSession(call.world, channel.id, threadTs, { loading });
    return {};
  },
};

/** Makes the session of a thread or changes it; the title is fixed when it is made. */
export function setSession(
  world: SlackWorld,
  channel: string,
  threadTs: string,
  change: Partial<Pick<SlackSession, 'status' | 'title' | 'loading'>>,
): SlackSession {
  const key = `${channel}:${threadTs}`;
  const before = world.store.sessions.get(key) ?? { channel, threadTs, status: 'active', ...change, updatedAt: 0 };
  const session = { ...before, ...change, ...(before.title && { title: before.title }), updatedAt: world.now() };
  world.store.sessions.set(key, session);
  return session;
}

export const sessionMethods: Record<string, Method> = {
  'agents.sessions.setStatus': setStatus,
  'assistant.threads.setStatus': setThreadStatus,
};
