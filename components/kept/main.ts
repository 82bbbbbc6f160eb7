/** `node components/kept/main.ts`, run by `pulumi destroy`: prints what stays, of its variable. */
import { ITEM } from './item.ts'
import { receipt } from './receipt.ts'

const item = process.env[ITEM]
if (item) console.log(receipt(JSON.parse(item)))
