import type { Responder, Turn } from '../../core/chat/chat.ts';
import { withFacts } from '../../core/log.ts';
import type { Millis } from '../../core/time.ts';
import type { SlackClients } from './clients.ts';
import type { NameCommands } from './command-names.ts';
import type { DirectChannels } from './direct-channels.ts';
import { openForm, renderForm } from './form-view.ts';
import type { AnswerTools } from './message-answer.ts';
import { createMessageChannel, openDirect } from './message-channel.ts';
import { createResponder } from './responder.ts';
import { createResponseUrl, expiryOf } from './response-url.ts';
import type { Inbound } from './turn.ts';

/** One request of Slack, on its way to the commands. */
interface Arrival {
  inbound: Inbound;
  ack(): Promise<void>;
  headline: string | undefined;
  /** Whether `replace_original` means our own first message; for a press it means the pressed one. */
  replacesOwn: boolean;
}

export type Handle = (arrival: Arrival, run: (turn: Turn, responder: Responder) => Promise<void>) => Promise<void>;

export interface TurnRunner {
  handle: Handle;
  /** Resolves when no turn is under way. */
  idle(): Promise<void>;
}

export interface TurnRunnerOptions extends AnswerTools {
  clients: SlackClients;
  directChannels: DirectChannels;
  nameCommands: NameCommands;
  ackDeadlineMs: Millis;
}

/** Makes a turn and its responder of what arrived, and sees to it that Slack is acknowledged in any case. */
export function createTurnRunner(options: TurnRunnerOptions): TurnRunner {
  const { clients, directChannels, clock } = options;
  const running = new Set<Promise<void>>();

  async function runTurn(arrival: Arrival, run: Parameters<Handle>[1]): Promise<void> {
    const { turn, source, channel, threadTs, privateThreadTs, responseUrl: url, trigger } = arrival.inbound;
    const { workspace, user } = turn.by;
    const log = withFacts(options.log, { cause: turn.cause });
    const responseUrl =
      url === null
        ? null
        : createResponseUrl({
            url,
            expiresAt: expiryOf(clock()),
            replacesOwn: arrival.replacesOwn,
            threadTs: privateThreadTs,
            clock,
          });
    const openIn = async (thread: string | null) =>
      channel === null ? null : createMessageChannel(await clients.forSource(source), channel, thread);
    const place = { isDirect: arrival.inbound.isDirect ?? false };
    const responder = createResponder({
      ...options,
      log,
      ack: arrival.ack,
      source,
      user,
      workspace,
      place,
      openPlace: () => openIn(threadTs),
      openPrivatePlace: () => openIn(privateThreadTs),
      openDirect: async () => openDirect(await clients.forSource(source), user),
      openForm:
        trigger === null
          ? null
          : async (form) => openForm(await clients.forSource(source), trigger, renderForm(form, { channel, threadTs })),
      responseUrl,
      headline: arrival.headline,
    });
    try {
      const getClient = () => clients.forSource(source);
      const { isDirect } = arrival.inbound;
      place.isDirect =
        isDirect ?? (channel !== null && (await directChannels.isOwn(getClient, workspace, user, channel)));
      const where = { space: source.teamId, channels: channel === null ? [] : [channel] };
      await run({ ...turn, isPrivatePlace: place.isDirect, ...where }, responder);
    } catch (error) {
      log.error({ err: error }, 'a turn on Slack ended with an error');
    } finally {
      await responder.settle();
    }
  }

  return {
    async handle(arrival, run) {
      const turn = runTurn(arrival, run);
      running.add(turn);
      await turn.finally(() => running.delete(turn));
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
