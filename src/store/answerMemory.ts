/**
 * Answers since the last commit: whoever turns a page, sorts it, or goes back to it asks much the same again. A commit forgets
 * them all, so that nothing old is ever shown.
 */

/** Of all answers together; a row of many minutes takes a kilobyte or two. */
const mostRows = 60_000;

export class AnswerMemory {
  private commits = -1;
  private rows = 0;
  /** By question and parameters, the one that was used last at the end. */
  private readonly answers = new Map<string, readonly unknown[]>();

  constructor(private readonly most = mostRows) {}

  /** @param commits how many there were when `ask` began; an answer from across a commit is not kept */
  async through<Row>(key: string, commits: () => number, ask: () => Promise<Row[]>): Promise<Row[]> {
    const begun = commits();
    this.forgetBefore(begun);
    const known = this.answers.get(key);
    if (known) {
      this.answers.delete(key);
      this.answers.set(key, known);
      // The list is the caller's own; its rows are not.
      return [...known] as Row[];
    }
    const answer = await ask();
    this.forgetBefore(commits());
    if (commits() === begun && answer.length <= this.most) this.keep(key, [...answer]);
    return answer;
  }

  private forgetBefore(commits: number): void {
    if (commits === this.commits) return;
    this.commits = commits;
    this.answers.clear();
    this.rows = 0;
  }

  private keep(key: string, answer: readonly unknown[]): void {
    this.rows += answer.length - (this.answers.get(key)?.length ?? 0);
    this.answers.delete(key);
    this.answers.set(key, answer);
    for (const [oldest, rows] of this.answers) {
      if (this.rows <= this.most) return;
      this.answers.delete(oldest);
      this.rows -= rows.length;
    }
  }
}

/** The same for equal parameters, whatever they hold. */
export function keyOfQuestion(name: string, parameters: unknown): string {
  // JSON knows no bigint, and takes both infinities for null.
  const told = (_: string, value: unknown) =>
    typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value)) ? `${typeof value} ${value}` : value;
  return `${name} ${JSON.stringify(parameters, told)}`;
}
