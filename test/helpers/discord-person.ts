import type { MemberInteraction } from '../../src/sandbox/discord/people/member-interaction.ts';
import type { VisibleMessage } from '../../src/sandbox/discord/people/visible-message.ts';
import { until } from '../../src/sandbox/people/until.ts';
import type { SimulatedWorld } from '../../src/sandbox/simulated-world.ts';
import { buttonOf, type Deed, type Person, type Said } from './person.ts';

const OPTION_OF: Record<string, string> = {
  ask: 'prompt',
  subscribe: 'plan',
  topup: 'packs',
  link: 'code',
  alerts: 'cap',
  apikey: 'action',
};

const WHOLE_NUMBERS: ReadonlySet<string> = new Set(['packs', 'cap']);

/** A member of the simulated Discord, in its home channel and in the bot's DM. */
export function createDiscordPerson({ discord }: Pick<SimulatedWorld, 'discord'>, name: string, id?: string): Person {
  const member = discord.member(id, { name });
  const home = discord.home.channelId;
  const isBots = (message: VisibleMessage) => message.authorId === discord.applicationId;

  function read(message: VisibleMessage): Said {
    const { everyone, here, roles, users } = message.pings;
    return {
      text: message.content,
      isPrivate: message.ephemeral || message.channelId !== home,
      buttons: message.buttons.map(({ label, url, customId }) => ({ label, url, id: customId ?? '' })),
      versions: message.history.map((version) => version.content),
      pings: everyone || here || roles.length > 0 || users.length > 0,
      place: { channel: message.channelId, id: message.id },
      thread: null,
    };
  }

  function deed(interaction: MemberInteraction): Deed {
    const said = () =>
      interaction
        .messages()
        .filter((message) => !message.loading)
        .map(read);
    return {
      said,
      async waitFor(fits) {
        await interaction.waitFor(() => fits(said()), 15_000);
        return said();
      },
      async again() {
        await discord.redeliver(interaction.id);
      },
      async failure() {
        await interaction.acknowledged.catch(() => {});
        return interaction.failure();
      },
      async form() {
        await interaction.done;
        const modal = interaction.modal();
        if (modal === null) throw new Error(`expected a form, got ${interaction.failure() ?? 'none'}`);
        const labels = modal.components.map((top) => ('label' in top ? String(top.label) : ''));
        return { title: modal.title, labels, fill: (values) => deed(member.submitModal(interaction, values)) };
      },
    };
  }

  /** A message begins no interaction: what the bot says from then on is what came of it. */
  function written(question: VisibleMessage): Deed {
    const isLater = ({ id }: VisibleMessage) => BigInt(id) > BigInt(question.id);
    const said = () =>
      [...member.sees(home), ...member.dms()].filter((message) => isBots(message) && isLater(message)).map(read);
    return {
      said,
      waitFor: (fits) =>
        until(
          () => (fits(said()) ? said() : undefined),
          15_000,
          () => `the bot said ${JSON.stringify(said().map(({ text }) => text.slice(0, 200)))}`,
        ),
      again: () => discord.redeliver(question.id),
      failure: async () => null,
      form: () => Promise.reject(new Error('expected a press, got a message')),
    };
  }

  return {
    platform: 'discord',
    id: member.id,
    does(command, option, where = { inDm: false }) {
      const key = OPTION_OF[command];
      const value = WHOLE_NUMBERS.has(key ?? '') ? Number(option) : (option ?? '');
      return deed(member.command(command, key && option ? { [key]: value } : {}, where.inDm ? { dm: true } : {}));
    },
    press: (said, label) => deed(member.click(said.place.id, buttonOf(said, label))),
    mentions: (text) => written(member.say(text, { mention: true })),
    writes: (text) => written(member.say(text, { dm: true })),
    replies: (to, text) => written(member.say(text, { replyTo: to.place.id })),
    dms: () => member.dms().filter(isBots).map(read),
    channel: () =>
      member
        .sees(home)
        .filter((message) => isBots(message) && !message.ephemeral)
        .map(read),
    closeDms() {
      discord.member(member.id, { dms: 'closed' });
    },
  };
}
