/** `unused`: a payload of Slack that no feature of this app causes. */
export type PayloadKind = 'command' | 'press' | 'submission' | 'event' | 'unused' | 'unreadable';

/**
 * Tells what a parsed body is, and that it has what Bolt and this platform read of it.
 * Source: https://docs.slack.dev/reference/interaction-payloads
 */
export function kindOf(body: unknown): PayloadKind {
  if (!isRecord(body)) return 'unreadable';
  if ('command' in body)
    return areTexts(body, ['command', 'user_id', 'team_id', 'trigger_id']) ? 'command' : 'unreadable';
  if (typeof body.type !== 'string') return 'unreadable';
  if (body.type === 'event_callback') {
    return isRecord(body.event) && areTexts(body.event, ['type']) ? 'event' : 'unreadable';
  }
  if (body.type === 'block_actions') {
    const [action]: unknown[] = Array.isArray(body.actions) ? body.actions : [];
    const isWhole = isRecord(action) && areTexts(action, ['action_id']) && isRecord(body.user);
    return isWhole && areTexts(body.user, ['id']) && areTexts(body, ['trigger_id']) ? 'press' : 'unreadable';
  }
  if (body.type === 'view_submission') {
    const { view, user } = body;
    const isForm = isRecord(view) && areTexts(view, ['id', 'callback_id', 'private_metadata']);
    const isWhole = isForm && isRecord(view.state) && isRecord(view.state.values);
    return isWhole && areTexts(user, ['id']) && areTexts(body, ['trigger_id']) ? 'submission' : 'unreadable';
  }
  return 'unused';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areTexts(value: unknown, names: readonly string[]): boolean {
  return isRecord(value) && names.every((name) => typeof value[name] === 'string');
}
