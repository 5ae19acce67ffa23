// What is asked for, and whether a row is that.
const nothingAsked = () => ({find: "", state: "", flag: "", outliers: false, measure: null, low: 0, high: 0, last: false});

function isAsked(row, asked) {
  if (asked.state !== "" && row.state !== asked.state) return false;
  if (asked.flag !== "" && !row.flags.includes(asked.flag)) return false;
  if (asked.outliers && row.outliers.length === 0) return false;
  if (asked.measure !== null) {
    const value = row.values[asked.measure];
    if (value === null || value < asked.low || value > asked.high || (value === asked.high && !asked.last)) return false;
  }
  return asked.find.toLowerCase().split(/\s+/).every((word) => row.words.includes(word));
}
