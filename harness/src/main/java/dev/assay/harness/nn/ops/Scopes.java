package dev.assay.harness.nn.ops;

import java.util.Iterator;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/** Ownership of tensors across nested scopes. */
public final class Scopes {
    private Scopes() {}

    /** Moves {@code result} from {@code inner}, the innermost scope, to the one around it; without one, to the collector. */
    public static <P extends Pointer> P handOut(P result, PointerScope inner) {
        inner.detach(result);
        Iterator<PointerScope> scopes = PointerScope.getScopeIterator();
        while (scopes != null && scopes.hasNext()) {
            PointerScope scope = scopes.next();
            if (scope != inner) {
                scope.attach(result);
                break;
            }
        }
        return result;
    }
}
