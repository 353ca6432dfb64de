import type { AskResult, AskStart, StartedAsk } from '../src/core/asks/ask.ts';
import { clampNote, endingNote, receiptLine, receiptText, refusalText } from '../src/core/asks/ask-text.ts';
import { buyButtons } from '../src/core/buying/buy-buttons.ts';
import type { Button } from '../src/core/chat/chat.ts';
import type { Command, CommandContext } from '../src/core/chat/command.ts';
import { ToldFailure } from '../src/core/chat/told-failure.ts';
import { isSameUser } from '../src/core/wallets/identity.ts';

/** The platform is told by then, whatever the store does: privately, since a refusal may follow. */
const DECISION_MS = 500;

async function askQuestion(context: CommandContext, prompt: string): Promise<void> {
  const { turn, responder, services } = context;
  const starting = services.asks.start({
    by: turn.by,
    cause: turn.cause,
    causedAt: turn.causedAt ?? null,
    prompt,
    place: turn,
  });
  const early = await services.within(starting, DECISION_MS);
  if (early === 'late') await responder.acknowledge('private');
  const start = early === 'late' ? await starting : early;
  if (start.kind === 'repeated') return;
  if (start.kind === 'refused') return refuse(context, start);
  await answer(context, start.ask, early === 'late' || turn.isPrivatePlace);
}

async function refuse(
  { turn, responder, services }: CommandContext,
  start: AskStart & { kind: 'refused' },
): Promise<void> {
  await responder.acknowledge('private');
  const isPoor = start.refusal.reason === 'no_tokens';
  const hasPlan = isPoor && (await services.wallet.figures(turn.by)).plan !== null;
  const buttons = isPoor ? buyButtons(services.rules.catalogue, hasPlan) : [];
  await responder.reply({ text: refusalText(start.refusal, hasPlan), buttons });
}

async function answer({ responder }: CommandContext, started: StartedAsk, isPrivate: boolean): Promise<void> {
  const stop: Button = { label: 'Stop', action: `stop:${started.askId}`, style: 'danger' };
  const view = await openOrAbandon(started, async () => {
    await responder.acknowledge(isPrivate ? 'private' : 'public');
    return responder.openAnswer({ text: `Thinking…${clampNote(started)}`, buttons: [stop] });
  });
  const result = await started.run(view);
  // Whoever took the hold closes the message. When that is done, an edit of ours that was under way while this process
  // was stalled may have come after it: the end is shown once more.
  if (result.fenced && result.receipt === null) return;
  try {
    await view.finish(result.text, footer(result, started, isPrivate));
  } catch (error) {
    throw new ToldFailure(`The end of your answer could not be shown here.\n${costLine(result, started)}`, error);
  } finally {
    await result.closed();
  }
}

/** An answer that cannot be shown is not asked for. */
async function openOrAbandon<View>(started: StartedAsk, open: () => Promise<View>): Promise<View> {
  try {
    return await open();
  } catch (error) {
    await started.abandon();
    throw error;
  }
}

function costLine({ receipt }: AskResult, { askId }: StartedAsk, left: number | null = null): string {
  return receipt === null ? `\`${askId}\`` : receiptLine(receipt, left);
}

function footer(result: AskResult, started: StartedAsk, isPrivate: boolean): { text: string; buttons: Button[] } {
  const notes = [endingNote(result, started), costLine(result, started, isPrivate ? result.left : null)];
  return {
    text: notes.filter((note) => note !== null).join('\n'),
    buttons: [{ label: 'Receipt', action: `receipt:${started.askId}` }],
  };
}

async function stopAsk({ turn, responder, services }: CommandContext, askId: string): Promise<void> {
  const text = {
    stopping: 'Stopping. You pay only for what was written.',
    not_running: 'This answer is not being written any more, or another member asked for it.',
    not_yours: 'Only the member who asked can stop this answer.',
  }[await services.asks.stop(askId, turn.by)];
  await responder.reply({ text });
}

async function showReceipt({ turn, responder, services }: CommandContext, askId: string): Promise<void> {
  await responder.acknowledge('private');
  const receipt = await services.asks.receipt(askId);
  if (receipt === null) {
    await responder.reply({ text: 'This answer has no receipt yet. Please try again in a minute.' });
  } else if (!isSameUser(receipt.by, turn.by)) {
    await responder.reply({ text: 'Only the member who asked can see this receipt.' });
  } else {
    const { left } = await services.wallet.figures(turn.by);
    await responder.reply({ text: receiptText(receipt, left) });
  }
}

export const ask: Command = {
  name: 'ask',
  description: 'Ask the AI; you pay by the token',
  options: [{ name: 'prompt', description: 'What you want to know', type: 'string', required: true }],
  run: (context, options) => askQuestion(context, String(options.prompt ?? '')),
  actions: { stop: stopAsk, receipt: showReceipt },
};
