import type { Lot, SignWithMessage } from '@clearway/contracts'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import { LotGuidance } from './guidance.ts'

interface Settings extends NodeDef {
  nearlyFull?: string
  roomAgain?: string
  holdS?: string
}

/** Takes stream items of `lots` and `signs`; sends one message per sign that is to show something else. */
export default function register(RED: NodeAPI) {
  RED.nodes.registerType('lot-guidance', function (this: Node, settings: Settings) {
    RED.nodes.createNode(this, settings)
    const guidance = new LotGuidance({
      nearlyFull: Number(settings.nearlyFull ?? 0.9),
      roomAgain: Number(settings.roomAgain ?? 0.85),
      holdS: Number(settings.holdS ?? 600),
    })
    this.on('input', (message, send, done) => {
      if (message.topic === 'signs') guidance.learn(message.payload as SignWithMessage)
      if (message.topic === 'lots') {
        for (const { sign, message: payload } of guidance.see(message.payload as Lot, Date.now())) {
          send({ sign, payload } as never)
        }
      }
      done()
    })
  })
}
