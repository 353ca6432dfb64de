import { type AnswerView, PlatformError, type Reply, type Responder, type Visibility } from '../../core/chat/chat.ts';
import type { Form } from '../../core/chat/form.ts';
import type { Millis } from '../../core/time.ts';
import { renderReply, type SlackContent } from './blocks.ts';
import { withRetries } from './call-slack.ts';
import type { NameCommands } from './command-names.ts';
import { type AnswerTools, openMessageAnswer } from './message-answer.ts';
import type { MessageChannel } from './message-channel.ts';
import { type InstallSource, type MessagePlace, toHandle } from './message-place.ts';
import type { ResponseUrl } from './response-url.ts';
import { slackCode } from './slack-errors.ts';
import { openUrlAnswer } from './url-answer.ts';

export interface ResponderOptions extends AnswerTools {
  nameCommands: NameCommands;
  /** Tells Slack that the request was heard; called once. */
  ack(): Promise<void>;
  /** After this the platform acknowledges by itself, in milliseconds; Slack waits three seconds. */
  ackDeadlineMs: Millis;
  source: InstallSource;
  user: string;
  workspace: string;
  /** Whether the conversation is the member's own with the bot, so that everything in it is private. */
  place: { readonly isDirect: boolean };
  /** Null when the request came from no conversation. */
  openPlace(): Promise<MessageChannel | null>;
  /** As `openPlace`, where a message for the member alone is shown. */
  openPrivatePlace(): Promise<MessageChannel | null>;
  openDirect(): Promise<MessageChannel>;
  /** Null where no press began the turn. Throws PlatformError. */
  openForm: ((form: Form) => Promise<void>) | null;
  responseUrl: ResponseUrl | null;
  /** Names who asked what in a public answer: Slack shows nobody else the command. */
  headline: string | undefined;
}

export interface SlackResponder extends Responder {
  /** Acknowledges if nobody did. */
  settle(): Promise<void>;
}

/** How one command, press or message is answered. The clock of the three seconds starts now. */
export function createResponder(options: ResponderOptions): SlackResponder {
  const { responseUrl, log, place: where } = options;
  let visibility: Visibility | null = null;
  let acked: Promise<void> | null = null;
  let isAnswered = false;
  const cancelDeadline = options.setTimer(options.ackDeadlineMs, () => void ack());

  /** Slack's acknowledgement says nothing of visibility, so the platform's own one leaves it open. */
  function ack(): Promise<void> {
    cancelDeadline();
    acked ??= options.ack().catch((error: unknown) => {
      log.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'Slack was told too late or twice');
    });
    return acked;
  }

  async function acknowledge(wanted: Visibility): Promise<Visibility> {
    visibility ??= wanted;
    await ack();
    return visibility;
  }

  async function sendDirect(content: SlackContent): Promise<void> {
    const direct = await options.openDirect();
    await direct.post(content);
  }

  /** The way of what came without a response_url. */
  async function postEphemeral(content: SlackContent): Promise<void> {
    const place = await options.openPrivatePlace();
    if (place === null) throw new PlatformError('refused', 'the request came from no conversation');
    await place.postEphemeral(options.user, content);
  }

  async function postToPlace(content: SlackContent): Promise<void> {
    const place = await options.openPlace();
    if (place === null) throw new PlatformError('refused', 'the request came from no conversation');
    await place.post(content);
  }

  async function postAside(content: SlackContent, to: Visibility): Promise<void> {
    if (responseUrl === null) return postEphemeral(content);
    await responseUrl.post(content, { visibility: to, replace: false });
  }

  /** The ways to reach the member, best first; the next is tried when one is refused. */
  async function deliver(content: SlackContent, to: Visibility): Promise<void> {
    const byPlace = where.isDirect || to === 'public' ? [() => postToPlace(content)] : [];
    const ways = [...byPlace, () => postAside(content, to), () => sendDirect(content)];
    for (const [index, way] of ways.entries()) {
      try {
        return await withRetries(options.setTimer, way);
      } catch (error) {
        if (index === ways.length - 1 || !isRefused(error)) throw error;
        log.debug({ code: slackCode(error) }, 'Slack refused one way to answer, the next is tried');
      }
    }
  }

  const headlineFor = (to: Visibility) => (to === 'public' && !where.isDirect ? options.headline : undefined);

  function answerIn(channel: MessageChannel, placeholder: Reply, to: Visibility): Promise<AnswerView> {
    const { source, user } = options;
    const { channel: id, threadTs } = channel;
    const handleOf = (ts: string) => toHandle({ kind: 'message', source, user, channel: id, ts, threadTs });
    return openMessageAnswer({ ...options, channel, placeholder, headline: headlineFor(to), handleOf, sendDirect });
  }

  function answerByUrl(url: ResponseUrl, placeholder: Reply, to: Visibility): Promise<AnswerView> {
    const { source, user } = options;
    const place: MessagePlace = { kind: 'url', source, user, url: url.url, expiresAt: url.expiresAt, visibility: to };
    const handle = toHandle(place);
    return openUrlAnswer({
      ...options,
      responseUrl: url,
      visibility: to,
      placeholder,
      headline: headlineFor(to),
      handle,
      sendDirect,
    });
  }

  async function openAnswer(placeholder: Reply): Promise<AnswerView> {
    const to = await acknowledge('private');
    isAnswered = true;
    try {
      const place = where.isDirect || to === 'public' ? await options.openPlace() : null;
      if (place !== null) return await withRetries(options.setTimer, () => answerIn(place, placeholder, to));
    } catch (error) {
      if (!isRefused(error)) throw error;
      log.info(
        { code: slackCode(error) },
        'the bot cannot write in this conversation: the answer goes by response_url',
      );
    }
    if (responseUrl !== null && responseUrl.remaining() > 0) return answerByUrl(responseUrl, placeholder, to);
    const direct = await options.openDirect();
    const view = await answerIn(direct, placeholder, 'private');
    if (responseUrl === null && !where.isDirect) await pointToDirect();
    return view;
  }

  /** A member who wrote in a channel looks there first. */
  async function pointToDirect(): Promise<void> {
    for (const content of renderReply({ text: 'The answer is in your direct messages.' })) {
      await postEphemeral(content).catch((error: unknown) => {
        log.debug({ code: slackCode(error) }, 'the member could not be pointed to the direct messages');
      });
    }
  }

  return {
    settle: ack,
    async acknowledge(wanted) {
      await acknowledge(wanted);
    },
    async reply(reply) {
      const asAcknowledged = await acknowledge('private');
      const to = isAnswered ? 'private' : asAcknowledged;
      isAnswered = true;
      const contents = renderReply(options.nameCommands(reply), { headline: headlineFor(to) });
      for (const content of contents) await deliver(content, to);
    },
    openAnswer,
    async openForm(form) {
      if (options.openForm === null) throw new PlatformError('refused', 'only the press of a button can open a form');
      await Promise.all([ack(), options.openForm(form)]);
    },
  };
}

function isRefused(error: unknown): boolean {
  return error instanceof PlatformError && error.fault === 'refused';
}
