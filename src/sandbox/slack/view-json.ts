import type { ViewOutput } from '@slack/bolt';
import type { SlackView } from './model.ts';
import type { SlackWorld } from './world.ts';

/**
 * A view as the Web API and the payloads give it.
 * Source: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
 * @param values what the person has filled in
 */
export function viewJson(shown: SlackView, world: SlackWorld, values: ViewOutput['state']['values'] = {}): ViewOutput {
  const { view } = shown;
  const plain = (text: string) => ({ type: 'plain_text' as const, text, emoji: true });
  const modal = view.type === 'modal' ? view : undefined;
  return {
    id: shown.id,
    team_id: shown.teamId,
    app_installed_team_id: shown.teamId,
    app_id: world.settings.appId,
    bot_id: world.store.botOf(shown.teamId)?.botId ?? '',
    type: view.type,
    title: plain(modal?.title.text ?? 'View Title'),
    submit: modal?.submit ? plain(modal.submit.text) : null,
    close: modal?.close ? plain(modal.close.text) : null,
    blocks: view.blocks,
    private_metadata: view.private_metadata ?? '',
    callback_id: view.callback_id ?? '',
    external_id: view.external_id ?? '',
    state: { values },
    hash: shown.hash,
    clear_on_close: modal?.clear_on_close ?? false,
    notify_on_close: modal?.notify_on_close ?? false,
    root_view_id: shown.rootId,
    previous_view_id: shown.previousId,
  };
}
