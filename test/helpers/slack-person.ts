import type { SimulatedWorld } from '../../src/sandbox/simulated-world.ts';
import type { Interaction } from '../../src/sandbox/slack/interaction.ts';
import type { SlackDelivery } from '../../src/sandbox/slack/model.ts';
import type { SeenMessage } from '../../src/sandbox/slack/shown.ts';
import { signatureHeaders } from '../../src/sandbox/slack/signing.ts';
import { buttonOf, type Deed, type Person, type Said } from './person.ts';

const GENERAL = 'C0GENERAL';

/** A person of the simulated Slack, in its channel `general` and in direct messages. */
export function createSlackPerson({ slack }: Pick<SimulatedWorld, 'slack'>, name: string, id?: string): Person {
  const person = slack.user(id, { name });
  slack.store.channel(GENERAL).members.add(person.id);

  function read(message: SeenMessage): Said {
    return {
      text: message.text,
      isPrivate: message.ephemeral || message.direct,
      buttons: message.buttons.map(({ text, url, actionId }) => ({ label: text, url: url ?? null, id: actionId })),
      versions: message.history.map((version) => version.text),
      pings: message.everPinged.length > 0,
      place: { channel: message.channel, id: message.ts },
      thread: message.threadTs ?? null,
    };
  }

  async function bringAgain({ headers, body }: SlackDelivery): Promise<void> {
    if (slack.transport === 'socket') {
      const envelope = { ...JSON.parse(body), envelope_id: slack.store.ids.secret() };
      await slack.sockets.next()?.send(envelope, slack.settings.ackDeadlineMs);
      return;
    }
    const signature = signatureHeaders(slack.settings.signingSecret, Date.now(), body);
    await fetch(slack.eventsUrl ?? '', { method: 'POST', headers: { ...headers, ...signature }, body });
  }

  function deed(interaction: Interaction, isHere: (message: SeenMessage) => boolean): Deed {
    const said = () =>
      interaction
        .messages()
        .filter((message) => !message.deleted && isHere(message))
        .map(read);
    // What was sent stands in the simulator's own record by now: it is delivered at once.
    const sent = slack.store.deliveries.at(-1);
    return {
      said,
      async waitFor(fits) {
        await interaction.waitFor(() => fits(said()), 15_000);
        return said();
      },
      async again() {
        if (sent === undefined) throw new Error('expected a delivery of Slack to repeat, got none');
        await bringAgain(sent);
      },
      failure: async () => (await interaction.failure()) ?? null,
      async form() {
        const shown = await interaction.waitForView();
        const { view } = shown;
        return {
          title: view.type === 'modal' ? view.title.text : '',
          labels: view.blocks.flatMap((block) =>
            block.type === 'input' && 'label' in block ? [block.label.text] : [],
          ),
          fill: (values) => deed(person.submitView(shown, typed(values)), isHere),
        };
      },
    };
  }

  return {
    platform: 'slack',
    id: person.id,
    does(command, option = '', where = { inDm: false }) {
      const interaction = person.command(`/${command}`, option, where.inDm ? {} : { channel: GENERAL });
      return deed(interaction, (message) => message.direct === where.inDm);
    },
    press: (said, label) =>
      deed(
        person.click({ channel: said.place.channel, ts: said.place.id }, buttonOf(said, label)),
        (message) => message.channel === said.place.channel,
      ),
    mentions: (text) => deed(person.mention(text, { channel: GENERAL }), () => true),
    writes: (text) => deed(person.dm(text), (message) => message.direct),
    replies(to, text) {
      const threadTs = to.thread ?? to.place.id;
      return deed(person.mention(text, { channel: to.place.channel, threadTs }), () => true);
    },
    dms: () =>
      slack
        .dms(person.id)
        .filter((message) => message.message.fromBot)
        .map(read),
    channel: () =>
      slack
        .user(person.id)
        .messages()
        .filter((message) => message.channel === GENERAL && !message.deleted && !message.ephemeral)
        .map(read),
    closeDms() {
      person.profile.dms = 'closed';
    },
  };
}

/** What was typed, as Slack sends it: by block id and action id, which here are one. */
function typed(values: Readonly<Record<string, string>>) {
  const states = Object.entries(values).map(([name, value]) => [name, { [name]: { type: 'plain_text_input', value } }]);
  return Object.fromEntries(states);
}
