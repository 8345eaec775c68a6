// When a field is shown. The same rule as `Cond` in crates/process, which says
// what each test means; tests/conditions.json there holds cases for both.

const YES = { yes: 'yes', true: 'yes', on: 'yes', 1: 'yes', no: 'no', false: 'no', off: 'no', 0: 'no' };

// What counts as a field's values: trimmed, line breaks as \n, empty ones left out.
export function valuesOf(posted, yesNo) {
  const clean = posted.map((v) => String(v).replace(/\r\n?/g, '\n').trim()).filter((v) => v !== '');
  return yesNo ? clean.map((v) => (Object.hasOwn(YES, v) ? YES[v] : v)) : clean;
}

// A number as millionths, exact; null if the text is none.
function decimal(text) {
  const m = /^([+\-\u2212]?)([0-9]{1,15})(?:[.,]([0-9]{1,6}))?$/.exec(String(text));
  if (!m) return null;
  const size = BigInt(m[2]) * 1000000n + BigInt((m[3] ?? '').padEnd(6, '0'));
  if (size >= 1000000000000000n) return null;
  return m[1] === '-' || m[1] === '\u2212' ? -size : size;
}

// Whether a condition holds; `values` gives the values of a field by its key.
export function holds(cond, values) {
  const [test, arg] = Object.entries(cond)[0];
  const one = (field) => { const v = values(field); return v.length === 1 ? v[0] : null; };
  switch (test) {
    case 'is': return one(arg.field) === arg.value;
    case 'is_not': return one(arg.field) !== arg.value;
    case 'includes': return values(arg.field).includes(arg.value);
    case 'filled': return values(arg.field).length > 0;
    case 'at_least': {
      const typed = one(arg.field), least = decimal(arg.number), n = typed === null ? null : decimal(typed);
      return n !== null && least !== null && n >= least;
    }
    case 'all': return arg.every((c) => holds(c, values));
    case 'any': return arg.some((c) => holds(c, values));
    case 'not': return !holds(arg, values);
    default: return true;
  }
}

// The keys of the fields that are shown. `fields` is a list of
// {key, showIf, yesNo, silent} from top to bottom, `raw` has the posted values.
export function visible(fields, raw) {
  const shown = new Map();
  for (const field of fields) {
    const values = (key) => {
      const f = shown.get(key);
      return f && !f.silent && Object.hasOwn(raw, key) ? valuesOf(raw[key], f.yesNo) : [];
    };
    if (!field.showIf || holds(field.showIf, values)) shown.set(field.key, field);
  }
  return new Set(shown.keys());
}
