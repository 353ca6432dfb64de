import type { View } from '@slack/types';
import { SlackApiError } from '../api-error.ts';
import { type Arguments, messages, optionalText, requiredText, structured } from '../arguments.ts';
import { checkBlocks } from '../block-limits.ts';
import { withBlockIds } from '../ids.ts';
import type { SlackView } from '../model.ts';
import { viewJson } from '../view-json.ts';
import type { SlackWorld } from '../world.ts';
import { type Call, type Method, teamUser } from './method.ts';

/** Source: https://docs.slack.dev/reference/methods/views.open */
const open: Method = {
  tier: 4,
  scopes: [],
  handle(call) {
    const view = readView(call.args);
    if (view.type !== 'modal') throw new SlackApiError('invalid_arguments', messages('a modal is expected'));
    const userId = call.world.triggers.exchange(requiredText(call.args, 'trigger_id'));
    const opened = newView(call, view, userId);
    call.world.store.views.set(opened.id, opened);
    call.world.store.changed();
    return { view: viewJson(opened, call.world) };
  },
};

/** Source: https://docs.slack.dev/reference/methods/views.publish */
const publish: Method = {
  tier: 4,
  scopes: [],
  handle(call) {
    const user = teamUser(call, requiredText(call.args, 'user_id'), 'user_not_found');
    const view = readView(call.args);
    if (view.type !== 'home') throw new SlackApiError('invalid_arguments', messages('a home view is expected'));
    const shown = call.world.store.homes.get(user.id);
    checkHash(call.args, shown);
    const published = newView(call, view, user.id);
    call.world.store.homes.set(user.id, published);
    call.world.store.changed();
    return { view: viewJson(published, call.world) };
  },
};

/** Source: https://docs.slack.dev/reference/methods/views.update */
const update: Method = {
  tier: 4,
  scopes: [],
  handle(call) {
    const { store } = call.world;
    const [id, externalId] = [optionalText(call.args, 'view_id'), optionalText(call.args, 'external_id')];
    const all = [...store.views.values(), ...store.homes.values()];
    const found = all.find((view) => view.id === id || (externalId && view.view.external_id === externalId));
    if (!found?.open || found.teamId !== call.install.teamId) throw new SlackApiError('not_found');
    checkHash(call.args, found);
    found.view = identified(readView(call.args), call.world);
    found.hash = `${Math.floor(call.world.now() / 1000)}.${store.ids.sequence()}`;
    store.changed();
    return { view: viewJson(found, call.world) };
  },
};

function checkHash(args: Arguments, view: SlackView | undefined): void {
  const hash = optionalText(args, 'hash');
  if (hash && view && hash !== view.hash) throw new SlackApiError('hash_conflict');
}

function newView({ world, install }: Call, view: View, userId: string): SlackView {
  const id = world.store.ids.id('V');
  const sequence = world.store.ids.sequence();
  return {
    id,
    teamId: install.teamId,
    userId,
    hash: `${Math.floor(world.now() / 1000)}.${sequence}`,
    view: identified(view, world),
    openedAt: world.now(),
    sequence,
    rootId: id,
    previousId: null,
    open: true,
  };
}

/** The view with an id in every block. */
export function identified(view: View, { store }: SlackWorld): View {
  return { ...view, blocks: withBlockIds(view.blocks, store.ids) };
}

/** @throws SlackApiError invalid_arguments when it breaks a published limit of views */
export function readView(args: Arguments): View {
  const view = structured(args, 'view', 'invalid_arguments') as View | undefined;
  if (typeof view !== 'object' || view === null || !Array.isArray(view.blocks)) {
    throw new SlackApiError('invalid_arguments', messages('missing required field: view'));
  }
  try {
    checkBlocks(view.blocks, 100);
  } catch (error) {
    if (error instanceof SlackApiError) throw new SlackApiError('invalid_arguments', error.extra);
    throw error;
  }
  atMost(view.private_metadata, 3000, 'private_metadata');
  atMost(view.callback_id, 255, 'callback_id');
  if (view.type === 'modal') {
    if (!view.title?.text) throw new SlackApiError('invalid_arguments', messages('missing required field: title'));
    atMost(view.title.text, 24, 'title');
    atMost(view.submit?.text, 24, 'submit');
    atMost(view.close?.text, 24, 'close');
    const asks = view.blocks.some((block) => block.type === 'input');
    if (asks && !view.submit) throw new SlackApiError('invalid_arguments', messages('missing required field: submit'));
  }
  return view;
}

function atMost(value: string | undefined, max: number, field: string): void {
  if (value !== undefined && value.length > max) {
    throw new SlackApiError('invalid_arguments', messages(`must be less than ${max + 1} characters: ${field}`));
  }
}

export const viewMethods: Record<string, Method> = {
  'views.open': open,
  'views.publish': publish,
  'views.update': update,
};
