import * as pulumi from '@pulumi/pulumi'

/**
 * Where `pulumi import` puts what is in an account and not in the state: at the root, as a state that
 * is lost has no component to be a parent.
 */
export const IMPORTED = [{ parent: pulumi.rootStackResource }]

/** For every `pulumi import`: the program has the resource already, and says itself what is protected. */
export const IMPORT_FLAGS = '--protect=false --generate-code=false'
