// Query: a question in words that pandas understands as well, such as cluster == 3 & q < 0.6, answered in the page.

const PART = /\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|`([^`]*)`|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(==|!=|<=|>=|&&|\|\||[<>&|~()[\],+-]))/uy;
const SAME = {"&": "and", "&&": "and", "|": "or", "||": "or", AND: "and", OR: "or", NOT: "not", IN: "in"};
const WORDS = ["and", "or", "not", "in"];
const TESTS = {
  "==": (a, b) => a === b, "!=": (a, b) => a !== b, "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b,
};
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?$/;

/** What is wrong with a query, in words, and where: `at` … `end`; `unfinished` where more may just have to be typed. */
export class QueryError extends Error {
  constructor(message, at, end, unfinished = false) { super(message); Object.assign(this, {at, end, unfinished}); }
}

function tokens(text) {
  const found = [];
  let at = 0;
  for (;;) {
    PART.lastIndex = at;
    const match = PART.exec(text);
    if (!match) break;
    const [all, number, name, ticked, string, sign] = match, end = PART.lastIndex, begin = at + all.length - all.trimStart().length;
    at = end;
    const word = SAME[name ?? sign] ?? name ?? sign;
    if (number !== undefined) found.push({type: "number", value: Number(number), at: begin, end});
    else if (string !== undefined) found.push({type: "string", value: string.slice(1, -1).replace(/\\(.)/gu, "$1"), at: begin, end});
    else if (ticked !== undefined) found.push({type: "name", value: ticked, at: begin, end});
    else if (/^(true|false)$/i.test(word)) found.push({type: "number", value: /^t/i.test(word) ? 1 : 0, at: begin, end});
    else if (name !== undefined && !WORDS.includes(word)) found.push({type: "name", value: name, at: begin, end});
    else found.push({type: word, at: begin, end});
  }
  const rest = text.slice(at).trimStart(), begin = text.length - rest.length;
  if (/^["'`]/.test(rest)) throw new QueryError("the closing quote is missing", begin, text.length, true);
  if (rest[0] === "=") throw new QueryError("to compare, write ==", begin, begin + 1, rest === "=");
  if (rest[0] === "!" && rest.length === 1) throw new QueryError("!= is unlike", begin, begin + 1, true);
  if (rest) throw new QueryError(`${rest[0]} has no meaning here`, begin, begin + 1);
  return [...found, {type: "end", at: text.length, end: text.length}];
}

/**
 * Answer a query.
 * @param {function(string): ?{name, kind, values, words}} field
 * @param {string[]} names of fields, for advice
 * @returns {Uint8Array} one byte a window
 */
export function answer(text, n, field, names) {
  const list = tokens(text);
  let k = 0;
  const is = type => list[k].type === type;
  const take = type => (is(type) ? list[k++] : null);
  const wrong = (message, token = list[k]) => { throw new QueryError(message, token.at, token.end, token.type === "end"); };
  const fill = test => { const mask = new Uint8Array(n); for (let i = 0; i < n; i++) mask[i] = test(i) ? 1 : 0; return mask; };

  function joined(word, next) {
    let mask = next();
    while (take(word)) {
      const other = next(), one = mask;
      mask = word === "or" ? fill(i => one[i] | other[i]) : fill(i => one[i] & other[i]);
    }
    return mask;
  }
  const any = () => joined("or", all);
  const all = () => joined("and", negated);

  function negated() {
    if (take("not") || take("~")) { const mask = negated(); return fill(i => !mask[i]); }
    if (!take("(")) return compared();
    const mask = any();
    if (!take(")")) wrong(is("end") ? "a closing parenthesis is missing" : "here & or | or a closing parenthesis is expected");
    return mask;
  }

  /** One side of a comparison. */
  function operand() {
    const sign = take("-") ?? take("+"), token = list[k];
    if (take("number")) return {token: {...token, at: sign?.at ?? token.at}, value: sign?.type === "-" ? -token.value : token.value};
    if (sign) wrong("after a sign a number is expected");
    if (take("string")) return {token, value: token.value};
    if (take("name")) return {token, ...(field(token.value) ?? wrong(unknown(token.value), token))};
    return wrong(is("end") ? "a column, a number or a word in quotes is still missing" : "a column, a number or a word in quotes is expected");
  }

  function unknown(name) {
    const near = names.map(other => [distance(name.toLowerCase(), other.toLowerCase()), other]).sort((a, b) => a[0] - b[0])[0];
    const advice = near && near[0] <= 2 ? `; is it ${near[1]}?` : `; a word goes in quotes: "${name}"`;
    return `there is no column ${name}${advice}`;
  }

  function compared() {
    let left = operand(), mask = null;
    const also = next => { const one = mask; mask = one ? fill(i => one[i] & next[i]) : next; };
    for (;;) {
      const sign = list[k], not = is("not") && list[k + 1].type === "in" ? take("not") : null;
      if (take("in")) also(among(left, items(), Boolean(not)));
      else if (take("~")) also(containing(left, list[k].type === "string" ? list[k++].value : wrong("after ~ a word in quotes is expected")));
      else if (sign.type in TESTS) {
        k++;
        if (is("[") && /^[=!]=$/.test(sign.type)) { also(among(left, items(), sign.type === "!=")); continue; }
        const right = operand();
        also(fill(test(left, sign, right)));
        left = right;
      } else break;
    }
    if (mask) return mask;
    if (left.kind === "flag") return fill(i => left.values[i] === 1);
    return wrong(left.kind ? "after a column == < > in or ~ is expected" : "a question begins with a column", left.kind ? list[k] : left.token);
  }

  function items() {
    const open = list[k].type === "(" ? "(" : "[", close = open === "(" ? ")" : "]", found = [];
    if (!take(open)) wrong("a list is expected here, such as [1, 2]");
    while (!take(close)) {
      const item = operand();
      if (item.kind) wrong("a list holds numbers, or words in quotes", item.token);
      found.push(item);
      if (!is(close) && !take(",")) wrong(`here a comma or ${close} is expected`);
    }
    return found;
  }

  /** The values of a constant as a column has them. */
  function fitting(column, {token, value}) {
    const given = typeof value === "string" ? "text" : "number", {kind, name} = column;
    if (kind === "time") return given === "text" ? microseconds(value) ?? wrong('a time is written "2024-01-31T18:05:00" (UTC)', token) : wrong(`${name} holds times: write "2024-01-31T18:05:00" (UTC)`, token);
    if (kind === "text" && given !== "text") wrong(`${name} holds text: put it in quotes`, token);
    if (kind !== "text" && given === "text") wrong(`${name} holds numbers: leave the quotes out`, token);
    return value;
  }

  function among(column, wanted, not) {
    if (!column.kind) wrong("to the left of in a column is expected", column.token);
    const set = new Set(wanted.map(item => fitting(column, item)));
    const get = reader(column);
    return fill(i => set.has(get(i)) !== not);
  }

  function containing(column, part) {
    if (column.kind !== "text") wrong("to the left of ~ a column of text is expected", column.token);
    const found = column.words.map(word => word.toLowerCase().includes(part.toLowerCase()));
    return fill(i => found[column.values[i]]);
  }

  /** A comparison as a function of the window. */
  function test(left, sign, right) {
    const how = TESTS[sign.type], column = left.kind ? left : right;
    if (!column.kind) wrong("one side of a comparison must be a column", sign);
    if (column.kind === "text" && !/^[=!]=$/.test(sign.type)) wrong(`${column.name} holds text, which is compared with ==, !=, in or ~`, sign);
    if (left.kind && right.kind) {
      if ((left.kind === "flag" ? "number" : left.kind) !== (right.kind === "flag" ? "number" : right.kind)) wrong(`${left.name} and ${right.name} hold different things`, right.token);
      const [a, b] = [reader(left), reader(right)], unlike = sign.type === "!=";
      return i => { const x = a(i); return x === undefined ? unlike : how(x, b(i)); };
    }
    const constant = fitting(column, left.kind ? right : left), get = reader(column);
    return left.kind ? i => how(get(i), constant) : i => how(constant, get(i));
  }

  if (is("end")) wrong("nothing is asked yet");
  const mask = any();
  if (!is("end")) wrong(is(")") ? "this parenthesis was not opened" : "here & or | is expected");
  return mask;
}

/** Values of a column one by one; an unknown word is undefined, an unknown number NaN. */
function reader({kind, values, words}) {
  if (kind === "text") return i => words[values[i]];
  return kind === "time" ? i => Math.round(values[i] * 1000) : i => values[i];
}

/** A time in words as whole microseconds since 1970, UTC unless it says otherwise; null if it is none. */
function microseconds(text) {
  const [all, day, minute = "00:00", second = "00", fraction = "", zone = "Z"] = ISO.exec(text) ?? [];
  const ms = all ? Date.parse(`${day}T${minute}:${second}${zone}`) : NaN;
  return Number.isFinite(ms) ? ms * 1000 + Math.round(Number(`0${fraction || ".0"}`) * 1e6) : null;
}

/** Number of letters to change, add or leave out. */
function distance(a, b) {
  let row = Array.from({length: b.length + 1}, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
    row = next;
  }
  return row[b.length];
}
