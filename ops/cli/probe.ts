export { help, run } from '../../components/probe/command.ts'
