// The SDK's runner would hand a .ts file to ts-node; from here on Node strips the types itself.
import './pack.ts'
