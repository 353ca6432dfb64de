import { IncomingMessage } from 'node:http';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { type Millis, SECOND } from '../../core/time.ts';

/** Follows the last chunk (https://platform.openai.com/docs/api-reference/chat/create). */
const LAST = '[DONE]';

/** From the last word of an answer to the end of its response. */
const END_WITHIN: Millis = SECOND;

/**
 * Reads the server-sent events of a response of `createHttpFetch` up to `[DONE]`, as many at once as came together. The
 * SDK's own reader passes every event through five iterators, and closes the connection at `[DONE]`; once the end has
 * come as well, it is good for the next call.
 * @throws what the connection broke with
 */
export async function* readEvents(response: Response): AsyncGenerator<EventSourceMessage[]> {
  let came: EventSourceMessage[] = [];
  const parser = createParser({
    onEvent(event) {
      came.push(event);
    },
  });
  const body: unknown = response.body;
  if (!(body instanceof IncomingMessage)) {
    parser.feed(await response.text());
    // One by one: a bound is looked at between them.
    for (const event of came) {
      if (event.data === LAST) return;
      yield [event];
    }
    return;
  }
  let isWhole = false;
  try {
    for await (const text of body.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
      parser.feed(text);
      const last = came.findIndex(({ data }) => data === LAST);
      isWhole = last >= 0;
      if (isWhole) came.length = last;
      if (came.length > 0) yield came;
      if (isWhole) return;
      came = [];
    }
  } finally {
    if (isWhole) letEnd(body);
    else body.destroy();
  }
}

function letEnd(body: IncomingMessage): void {
  if (body.readableEnded || body.destroyed) return;
  const tooLate = setTimeout(() => body.destroy(), END_WITHIN).unref();
  body.once('close', () => clearTimeout(tooLate)).resume();
}
