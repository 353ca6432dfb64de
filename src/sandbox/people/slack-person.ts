import type { Interaction } from '../slack/interaction.ts';
import type { SlackView } from '../slack/model.ts';
import type { SeenMessage } from '../slack/shown.ts';
import type { SlackSimulator } from '../slack/simulator.ts';
import type { Happening, Person, Place, Seen } from './person.ts';
import { type SeenForm, slackForm, slackValues } from './seen-form.ts';

/** A person of the simulated Slack's first workspace, in its channel `general` and in direct messages. */
export function createSlackPerson(slack: SlackSimulator, name: string): Person {
  const person = slack.user(undefined, { name });
  const { id, teamId } = person.profile;
  const channel = [...slack.store.channels.values()].find((candidate) => candidate.name === 'general');
  if (channel === undefined) throw new Error('expected a channel named general in the simulated Slack, found none');
  channel.members.add(id);
  const workspace = slack.store.team(teamId).enterpriseId ?? teamId;

  function happening(interaction: Interaction, place: Place): Happening {
    let failed: string | null = null;
    void interaction.failure().then((failure) => {
      failed = failure ?? null;
    });
    const belongs = (message: SeenMessage) => !message.deleted && (place === 'dm' || !message.direct);
    return {
      answer: () => interaction.messages().filter(belongs).map(seenOf),
      failure: () => failed,
    };
  }

  const openViews = () => [...slack.store.views.values()].filter((view) => view.userId === id && view.open);
  function viewOf(form: SeenForm): SlackView {
    const view = openViews().find((candidate) => candidate.id === form.id);
    if (view === undefined) throw new Error(`expected a form that is open, got ${form.id}`);
    return view;
  }

  return {
    name,
    platform: 'slack',
    user: { platform: 'slack', workspace, user: id },
    command(command, text = '', place = 'channel') {
      const where = place === 'dm' ? {} : { channel: channel.id };
      return happening(person.command(`/${command}`, text, where), place);
    },
    write(text, place = 'channel') {
      return happening(place === 'dm' ? person.dm(text) : person.mention(text, { channel: channel.id }), place);
    },
    press(messageId, action) {
      const message = person.messages().find((candidate) => idOf(candidate) === messageId);
      if (message === undefined) throw new Error(`expected a message that ${name} sees, got ${messageId}`);
      return happening(person.click(message, action), message.direct ? 'dm' : 'channel');
    },
    form() {
      const view = openViews().at(-1);
      return view === undefined ? null : slackForm(view);
    },
    submit(form, values) {
      const view = viewOf(form);
      return happening(person.submitView(view, slackValues(view, values)), 'channel');
    },
    putAway(form) {
      viewOf(form).open = false;
    },
    sees: () =>
      person
        .messages()
        .filter((message) => !message.deleted)
        .map(seenOf),
  };
}

function seenOf(message: SeenMessage): Seen {
  return {
    id: idOf(message),
    place: message.direct ? 'dm' : message.ephemeral ? 'private' : 'public',
    text: message.text,
    buttons: message.buttons.map(({ text, actionId, url }) => ({
      label: text,
      action: url === undefined ? actionId : null,
      url: url ?? null,
    })),
    versions: message.history.map((version) => version.text),
    at: message.message.postedAt,
    isLoading: false,
  };
}

function idOf({ channel, ts }: Pick<SeenMessage, 'channel' | 'ts'>): string {
  return `${channel}-${ts}`;
}
