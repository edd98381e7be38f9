package dev.assay.harness.nn.weights;

import java.util.Iterator;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/** Ownership of tensors across nested scopes. */
public final class Scopes {
    private Scopes() {}

    /**
     * Moves {@code result} from {@code inner}, the innermost scope, to the one around it; without one, {@link #keep}s it.
     */
    public static <P extends Pointer> P handOut(P result, PointerScope inner) {
        Iterator<PointerScope> scopes = PointerScope.getScopeIterator();
        while (scopes.hasNext()) {
            PointerScope scope = scopes.next();
            if (scope != inner) {
                scope.attach(result);
                inner.detach(result);
                return result;
            }
        }
        return keep(result, inner);
    }

    /** Takes {@code result} out of {@code inner}; it lives until it is closed or collected. */
    public static <P extends Pointer> P keep(P result, PointerScope inner) {
        result.retainReference(); // the scope's own reference is the only one, and detaching drops it
        inner.detach(result);
        return result;
    }
}
