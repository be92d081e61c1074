package org.ppspp.leak;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails every test class that leaves a buffer to the garbage collector without having released it.
 *
 * <p>Netty's detector says so in its log, which nobody reads; this takes the detector's place and keeps what it finds.
 * JUnit finds the extension by itself, in every module with these tests on its class path.
 */
public final class LeakWatch implements BeforeAllCallback, AfterAllCallback {
    private static final long COLLECTION_MILLIS = 2_000;
    private static final Pattern JUNIT_AND_JDK = Pattern.compile("^\\s+(java\\.base/|org\\.junit\\.|org\\.apache\\.)");
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    static {
        // Before the first buffer: their class asks for its detector once.
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation") // abstract there all the same
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                    Class<T> resource, int samplingInterval, long maxActive) {
                return newResourceLeakDetector(resource, samplingInterval);
            }

            @Override
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval) {
                return new KeepingDetector<>(resource, samplingInterval);
            }
        });
    }

    private static final class KeepingDetector<T> extends ResourceLeakDetector<T> {
        KeepingDetector(Class<T> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            String ours = records.lines()
                    .filter(line -> !JUNIT_AND_JDK.matcher(line).find())
                    .collect(Collectors.joining("\n"));
            LEAKS.add(resourceType + ours);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            LEAKS.add(resourceType);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        // Loads this class before any test of it makes a buffer.
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        assertThat(collect())
                .as("buffers that %s did not release", context.getDisplayName())
                .isEmpty();
    }

    /** Has unreachable buffers found, and returns and forgets what was. */
    static List<String> collect() throws InterruptedException {
        // The JVM hands over what one collection found in any order, but after what the one before it found.
        awaitCollection();
        awaitCollection();
        // The detector looks for what was collected whenever a buffer is made.
        PooledByteBufAllocator.DEFAULT.directBuffer(1).release();
        List<String> found = new ArrayList<>();
        for (String leak = LEAKS.poll(); leak != null; leak = LEAKS.poll()) {
            found.add(leak);
        }
        return found;
    }

    /** Returns once an object that became unreachable just now was found to be so. */
    private static void awaitCollection() throws InterruptedException {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        PhantomReference<Object> sentinel = new PhantomReference<>(new Object(), queue);
        System.gc();
        queue.remove(COLLECTION_MILLIS);
        sentinel.clear();
    }
}
