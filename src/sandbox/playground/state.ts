import type { WalletFigures } from '../../core/wallets/wallet-view.ts';
import type { SeenButton } from '../people/person.ts';
import type { SeenForm } from '../people/seen-form.ts';
import type { Sandbox } from '../start-sandbox.ts';
import { type DodoBooks, dodoBooks } from '../tour/books.ts';
import { type ShownFaults, shownFaults } from './faults.ts';
import type { Player, Players } from './people.ts';

/** One line of a pane: a message of the bot, or what the person did. Times are milliseconds. */
type Line =
  | { kind: 'message'; id: string; place: string; text: string; buttons: SeenButton[]; at: number; edits: number }
  | { kind: 'deed'; id: string; place: string; text: string; failure: string | null; at: number };

export interface Pane {
  person: { key: string; name: string };
  lines: Line[];
  /** What stands in front of everything else. */
  form: SeenForm | null;
  dodo: Omit<DodoBooks, 'events'> & { events: number };
  bot: WalletFigures & { receipts: number; charged: number };
}

/** All that the page shows. */
export interface PlaygroundState {
  now: number;
  people: { key: string; name: string; platform: string }[];
  panes: { discord: Pane | null; slack: Pane | null };
  faults: ShownFaults;
  webhooks: Record<'pending' | 'delivered' | 'failed' | 'dropped', number>;
}

/** The newest lines of a pane; more would not be read. */
const MOST_LINES = 200;

/** @param chosen the key of the person in each pane */
export async function readState(
  sandbox: Sandbox,
  players: Players,
  chosen: Partial<Record<'discord' | 'slack', string>>,
): Promise<PlaygroundState> {
  const paneOf = (platform: 'discord' | 'slack') => {
    const all = players.all().filter((player) => player.person.platform === platform);
    const player = all.find((candidate) => candidate.key === chosen[platform]) ?? all[0];
    return player === undefined ? null : readPane(sandbox, player);
  };
  const [discord, slack] = await Promise.all([paneOf('discord'), paneOf('slack')]);
  const { webhooks } = sandbox.world.dodo;
  const inState = (state: string) => webhooks.deliveries.filter((delivery) => delivery.state === state).length;
  return {
    now: sandbox.now(),
    people: players.all().map(({ key, person }) => ({ key, name: person.name, platform: person.platform })),
    panes: { discord, slack },
    faults: shownFaults(webhooks.faults),
    webhooks: {
      pending: inState('pending'),
      delivered: inState('delivered'),
      failed: inState('failed'),
      dropped: inState('dropped'),
    },
  };
}

async function readPane(sandbox: Sandbox, player: Player): Promise<Pane> {
  const { person, key } = player;
  const { customerId, figures, receipts } = await sandbox.app.statement(person.user);
  const { events, ...books } = dodoBooks(sandbox.world, customerId);
  return {
    person: { key, name: person.name },
    lines: linesOf(player),
    form: person.form(),
    dodo: { ...books, events: events.size },
    bot: {
      ...figures,
      receipts: receipts.length,
      charged: receipts.reduce((sum, receipt) => sum + receipt.charged, 0),
    },
  };
}

function linesOf({ person, deeds }: Player): Line[] {
  const did = deeds.map(({ text, place, at, happening }, index): Line => {
    const where = place === 'dm' ? 'dm' : 'public';
    return { kind: 'deed', id: `deed-${index}`, place: where, text, failure: happening.failure(), at };
  });
  const saw = person.sees().map(({ id, place, text, buttons, at, versions, isLoading }): Line => {
    const shown = isLoading ? 'thinking…' : text;
    return { kind: 'message', id, place, text: shown, buttons, at, edits: versions.length - 1 };
  });
  return [...did, ...saw].sort((a, b) => a.at - b.at).slice(-MOST_LINES);
}
