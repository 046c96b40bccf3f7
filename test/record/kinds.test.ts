import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { healthKind } from '../../src/record/health.ts';
import { intervalKind } from '../../src/record/interval.ts';
import { type Field, fieldsOf, tableDefinition } from '../../src/record/kind.ts';
import { recordKinds } from '../../src/record/kinds.ts';

const facts = [
  'capture',
  'flow',
  'name',
  'binding',
  'network',
  'clock',
  'event',
  'usage',
  'claim',
  'dark',
  'visibility',
  'health',
  'decision',
];
const derived = ['device', 'interval', 'correction', 'judgement', 'destination'];

describe('the kinds of record', () => {
  it('are facts and what is derived from them, each name once', () => {
    const named = (nature: string) => recordKinds.filter((kind) => kind.nature === nature).map(({ name }) => name);
    assert.deepEqual([named('fact').toSorted(), named('derived').toSorted()], [facts.toSorted(), derived.toSorted()]);
  });
  it('cannot be changed', () => {
    for (const kind of recordKinds) assert.throws(() => Object.assign(kind, { name: 'other' }), TypeError);
  });

  for (const kind of recordKinds)
    describe(kind.name, () => {
      const fields = fieldsOf(kind);
      it('is identified by fields that it has, each once', () => {
        const names = fields.map(({ name }) => name);
        assert.ok(kind.identity.length > 0);
        assert.equal(new Set(kind.identity).size, kind.identity.length);
        assert.deepEqual(
          kind.identity.filter((name) => !names.includes(name)),
          [],
        );
      });
      it('says what it is, and what each of its fields is, in a sentence', () => {
        for (const description of [kind.description, ...fields.map((field) => field.description)]) {
          assert.ok(description.length >= 10, description);
          assert.match(description, /^[A-Z`0-9].*\.$/, description);
        }
      });
      it('refuses a field that it has not, and a record that lacks one', () => {
        const keys = (issues: readonly { code: string; keys?: readonly string[] }[]) =>
          issues.filter(({ code }) => code === 'unrecognized_keys').flatMap((issue) => issue.keys ?? []);
        const surprised = kind.schema.safeParse({ surprise: 1 });
        assert.deepEqual(keys(surprised.error?.issues ?? []), ['surprise']);
        const missing = new Set((kind.schema.safeParse({}).error?.issues ?? []).map(({ path }) => path.join()));
        assert.deepEqual(
          [...missing],
          fields.map(({ name }) => name),
        );
      });
    });
});

describe('the table of a kind', () => {
  it('has a column for each field, in the order of declaration, and NOT NULL where nothing else is allowed', () =>
    assert.equal(
      tableDefinition(healthKind as never),
      `CREATE TABLE "health" (
  "sensor" VARCHAR NOT NULL,
  "capture" VARCHAR NOT NULL,
  "interface" VARCHAR NOT NULL,
  "stage" VARCHAR NOT NULL,
  "unit" VARCHAR NOT NULL,
  "from" TIMESTAMP NOT NULL,
  "until" TIMESTAMP NOT NULL,
  "carried" BIGINT,
  "in" BIGINT NOT NULL,
  "out" BIGINT NOT NULL,
  "held" BIGINT NOT NULL,
  "refused" JSON NOT NULL,
  "dropped" JSON NOT NULL
)`,
    ));
  it('leaves a column open that may be null, of every type', () => {
    const columns = new Map<string, Field>(
      recordKinds.flatMap((kind) => fieldsOf(kind).map((field) => [`${kind.name}.${field.name}`, field] as const)),
    );
    const shape = (name: string) => [columns.get(name)?.column, columns.get(name)?.nullable, columns.get(name)?.semantic];
    assert.deepEqual(shape('flow.sourceMac'), ['BIGINT', true, 'mac']);
    assert.deepEqual(shape('flow.sourceAddress'), ['UHUGEINT', true, 'address']);
    assert.deepEqual(shape('flow.minute'), ['TIMESTAMP', false, 'instant']);
    assert.deepEqual(shape('flow.seconds'), ['UTINYINT[]', false, undefined]);
    assert.deepEqual(shape('device.addresses'), ['UHUGEINT[]', false, 'address']);
    assert.deepEqual(shape('binding.until'), ['TIMESTAMP', true, 'instant']);
    assert.match(tableDefinition(intervalKind as never), /"evidence" VARCHAR\[\] NOT NULL/);
  });
});
