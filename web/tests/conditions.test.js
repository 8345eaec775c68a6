// The cases that the Rust side passes too, and a few of our own.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { holds, valuesOf, visible } from '../js/conditions.js';

const cases = JSON.parse(readFileSync(new URL('../../crates/process/tests/conditions.json', import.meta.url)));

for (const c of cases) {
  test(c.name, () => {
    const fields = c.form.fields.map((f) => ({
      key: f.key,
      showIf: f.show_if,
      yesNo: f.kind.type === 'yes_no',
      silent: f.kind.type === 'section' || f.kind.type === 'note',
    }));
    assert.deepEqual([...visible(fields, c.raw)].sort(), [...c.visible].sort());
  });
}

test('values are trimmed, and empty ones left out', () => {
  assert.deepEqual(valuesOf([' a\r\nb ', '', ' '], false), ['a\nb']);
  assert.deepEqual(valuesOf(['on', 'constructor'], true), ['yes', 'constructor']);
});

test('numbers are compared exactly', () => {
  const typed = (value) => holds({ at_least: { field: 'n', number: 0.3 } }, () => [value]);
  assert.equal(typed('0,3'), true);
  assert.equal(typed('0.299999'), false);
  assert.equal(typed('1e3'), false);
});
