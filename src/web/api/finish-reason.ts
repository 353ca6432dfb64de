import type { Ending } from '../../core/account/receipt.ts';

/** @returns OpenAI's word for how an answer ended: `length` for every one that is not whole */
export function finishReason(ending: Ending): 'stop' | 'length' {
  return ending === 'complete' ? 'stop' : 'length';
}
