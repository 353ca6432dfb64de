/** A failure that brings the sentence for the member itself, since only where it happened it is known what it cost. */
export class ToldFailure extends Error {
  override name = 'ToldFailure';
  readonly sentence: string;
  constructor(sentence: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.sentence = sentence;
  }
}
