// Preloaded into every supervised process: when the supervisor is gone, however it went, nobody is left to stop them.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()
