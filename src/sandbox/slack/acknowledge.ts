import type { View } from '@slack/types';
import { SlackApiError } from './api-error.ts';
import type { Acknowledgement } from './delivery.ts';
import { identified, readView } from './methods/views.ts';
import type { SlackView } from './model.ts';
import type { ResponseTarget, ResponseUrls } from './response-urls.ts';
import type { SlackWorld } from './world.ts';

/**
 * Shows what the acknowledgement of a slash command says: plain text, or a JSON message. Nothing for an empty one, nor
 * for one that breaks Slack's limits.
 * Source: https://docs.slack.dev/interactivity/implementing-slash-commands
 */
export function showAcknowledgement(urls: ResponseUrls, target: ResponseTarget, answer: Acknowledgement): void {
  if (!answer.ok || answer.body === '') return;
  try {
    urls.show(target, parse(answer), 'ack');
  } catch (error) {
    if (!(error instanceof SlackApiError)) throw error;
  }
}

/**
 * What the answer to a view_submission does to the modal: an empty one closes it, `errors` keeps it, `update` and `push`
 * show another, `clear` closes all.
 * Source: https://docs.slack.dev/surfaces/modals
 * @returns the errors by block id; under `view` what was wrong with the answer itself
 */
export function applyViewAnswer(world: SlackWorld, shown: SlackView, answer: Acknowledgement): Record<string, string> {
  if (!answer.ok) return {};
  try {
    return followViewAnswer(world, shown, parse(answer));
  } catch (error) {
    if (!(error instanceof SlackApiError)) throw error;
    return { view: error.code };
  }
}

function followViewAnswer(world: SlackWorld, shown: SlackView, body: Record<string, unknown>): Record<string, string> {
  const { response_action: action, errors } = body as { response_action?: string; errors?: Record<string, string> };
  if (action === 'errors') return errors ?? {};
  if (action === 'update') shown.view = identified(readView(body), world);
  else if (action === 'push') pushView(world, shown, identified(readView(body), world));
  else for (const view of action === 'clear' ? stackOf(world, shown) : [shown]) view.open = false;
  world.store.changed();
  return {};
}

function pushView(world: SlackWorld, below: SlackView, view: View): void {
  const [id, sequence] = [world.store.ids.id('V'), world.store.ids.sequence()];
  const hash = `${Math.floor(world.now() / 1000)}.${sequence}`;
  world.store.views.set(id, { ...below, id, sequence, hash, view, openedAt: world.now(), previousId: below.id });
}

function stackOf(world: SlackWorld, view: SlackView): SlackView[] {
  return [...world.store.views.values()].filter((other) => other.rootId === view.rootId);
}

function parse(answer: Acknowledgement): Record<string, unknown> {
  if (answer.body === '') return {};
  if (!(answer.headers['content-type'] ?? '').includes('json')) return { text: answer.body };
  const parsed = parseJson(answer.body);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : { text: String(parsed) };
}

/** A body that says it is JSON and is not counts as text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
