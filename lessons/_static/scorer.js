// The order of what a search finds. Sphinx counts a word in any page alike and then goes by the alphabet.
// A lesson explains the word, a brief uses it. The tests come last, although the claims are their headings.
const RANK = [[/\/lesson$/, 3], [/\/exercise$/, 2], [/^tests\//, -15]];

// Sphinx declares it by var as well, unless it is there.
var Scorer = {
  score: ([page, , , , score]) => score + (RANK.find(([pattern]) => pattern.test(page)) || [, 0])[1],
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
