// The kernel keeps a signal from process 1 as long as nobody there listens, so a container that is told to stop before
// its night has begun would go on. This is loaded first and does what a signal does to any other process.
for (const [name, code] of [["SIGINT", 130], ["SIGTERM", 143]]) {
  process.on(name, () => {
    if (process.listenerCount(name) === 1) process.exit(code);
  });
}
