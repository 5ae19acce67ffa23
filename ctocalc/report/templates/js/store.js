// What one viewer shows: everything that is drawn follows from this and is told of every change.
function makeStore(start) {
  const state = {...start}, listeners = [];
  return {
    state,
    listen: (listener) => listeners.push(listener),
    set: (change) => {
      const changed = Object.keys(change).filter((key) => state[key] !== change[key]);
      if (changed.length === 0) return;
      Object.assign(state, change);
      for (const listener of listeners) listener(state, changed);
    },
  };
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
