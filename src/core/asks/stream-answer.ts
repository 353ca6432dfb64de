import type { Ending } from '../account/receipt.ts';
import { type CountTokens, type Model, ModelError, type ModelRequest, type ModelUsage } from '../model.ts';
import { createOutputCount, type OutputCount } from './output-count.ts';

/** Why we broke a stream off; the abort signal's reason. */
export type BreakOff = 'stopped' | 'deadline' | 'lease_lost' | 'shutdown' | 'bound';

export interface Streamed {
  text: string;
  ending: Ending;
  usage: ModelUsage;
  countedBy: 'provider' | 'us';
  /** What the model's side reported, when that is why the answer ended. */
  error: ModelError | null;
}

/** A running stream, for the recovery. */
export interface StreamProgress {
  outputTokens(): number;
  visible: boolean;
}

const ENDING_OF: Record<BreakOff, Ending> = {
  stopped: 'stopped',
  deadline: 'cut',
  lease_lost: 'interrupted',
  shutdown: 'interrupted',
  bound: 'length',
};

/**
 * A provider that ignores the bound is broken off. Our count of a stream is a little high, since it is a sum over
 * pieces, so an answer that ends just at the bound must not be taken for one beyond it.
 */
function isBeyond(output: OutputCount, bound: number): boolean {
  return output.exceeds(bound + bound / 16 + 64);
}

/**
 * Streams one answer to its end, whatever that is: never throws for what the model or its asker does.
 * @param controller aborted by us with a BreakOff as the reason
 * @param onText the whole text so far, after each piece
 */
export async function streamAnswer(
  model: Model,
  count: CountTokens,
  request: ModelRequest,
  inputTokens: number,
  controller: AbortController,
  onText: (text: string, progress: StreamProgress) => void,
): Promise<Streamed> {
  let text = '';
  let visible = false;
  const output = createOutputCount(count);
  let ending: Ending | null = null;
  let reported: ModelUsage | null = null;
  let error: ModelError | null = null;
  try {
    for await (const chunk of model.stream(request, controller.signal)) {
      if (chunk.kind === 'usage') {
        reported = chunk.usage;
      } else if (chunk.kind === 'end') {
        ending = chunk.reason === 'length' ? 'length' : 'complete';
      } else {
        text += chunk.text;
        output.add(chunk.text);
        visible ||= isVisible(chunk.text);
        onText(text, { outputTokens: output.tokens, visible });
        if (isBeyond(output, request.maxOutputTokens)) controller.abort('bound' satisfies BreakOff);
      }
    }
  } catch (caught) {
    if (controller.signal.aborted) ending = ENDING_OF[controller.signal.reason as BreakOff];
    else if (caught instanceof ModelError) error = caught;
    else throw caught;
  }
  if (ending === null || (ending === 'complete' && !visible)) ending = visible ? 'cut' : 'failed';
  const isReported = reported !== null && isPlausible(reported, text);
  const usage = isReported && reported !== null ? reported : countedHere(inputTokens, text, output, count);
  return { text, ending, usage, countedBy: isReported ? 'provider' : 'us', error };
}

/** Whether a reader would see anything. */
export function isVisible(text: string): boolean {
  return text.trim() !== '';
}

function isPlausible(usage: ModelUsage, text: string): boolean {
  const figures = [usage.inputTokens, usage.cachedTokens, usage.outputTokens];
  const areCounts = figures.every((figure) => Number.isSafeInteger(figure) && figure >= 0);
  return areCounts && usage.inputTokens > 0 && (usage.outputTokens > 0 || !isVisible(text));
}

function countedHere(inputTokens: number, text: string, output: OutputCount, count: CountTokens): ModelUsage {
  return { inputTokens, cachedTokens: 0, outputTokens: Math.min(output.tokens(), count(text)) };
}
