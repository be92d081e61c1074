package org.ppspp.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import io.netty.util.ReferenceCounted;
import java.io.InputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.ppspp.engine.Engine;
import org.ppspp.engine.SwarmSnapshot;
import org.ppspp.integrity.HashFunction;
import org.ppspp.wire.Message;
import org.ppspp.wire.SwarmId;
import org.ppspp.wire.TransportAddress;

/** What the design promises and the compiler does not check. Every rule says why it is there. */
@AnalyzeClasses(packages = "org.ppspp", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String CHUNK = "org.ppspp.chunk..";
    private static final String WIRE = "org.ppspp.wire..";
    private static final String INTEGRITY = "org.ppspp.integrity..";
    private static final String PICKER = "org.ppspp.picker..";
    private static final String CONGESTION = "org.ppspp.congestion..";
    private static final String ENGINE = "org.ppspp.engine..";
    private static final String NET = "org.ppspp.net..";
    private static final String STORAGE = "org.ppspp.storage..";
    private static final String DISCOVERY = "org.ppspp.discovery..";
    private static final String MEMBERSHIP = "org.ppspp.membership..";
    private static final String KEYS = "org.ppspp.keys..";

    /** What flows through live streams, as far as it is computed. */
    private static final String MEDIA = "org.ppspp.media";

    private static final String GATEWAY = "org.ppspp.gateway..";

    /** Where it comes from. */
    private static final String INPUT = "org.ppspp.media.input..";

    /** Layers 0 to 3: the protocol without the world. */
    private static final String[] CORE = {CHUNK, WIRE, INTEGRITY, PICKER, CONGESTION, ENGINE};

    private static final Set<Class<?>> ADDRESSES =
            Set.of(InetAddress.class, Inet4Address.class, InetSocketAddress.class, UnknownHostException.class);

    private ArchitectureTest() {}

    /** None of the packages knows one of the others. */
    private static ArchRule strangers(String... packages) {
        CompositeArchRule all = null;
        for (String each : packages) {
            String[] others =
                    Arrays.stream(packages).filter(other -> !other.equals(each)).toArray(String[]::new);
            ArchRule rule =
                    noClasses().that().resideInAPackage(each).should().dependOnClassesThat(resideInAnyPackage(others));
            all = all == null ? CompositeArchRule.of(rule) : all.and(rule);
        }
        return Objects.requireNonNull(all);
    }

    /** What a swarm says of itself: the record and the values in it. */
    private static boolean isReport(JavaClass type) {
        return Stream.of(SwarmSnapshot.class, SwarmId.class, TransportAddress.class)
                .anyMatch(report -> type.getName().startsWith(report.getName()));
    }

    // --- layers

    @ArchTest
    static final ArchRule LAYERS = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("numbers")
            .definedBy(CHUNK)
            .layer("messages")
            .definedBy(WIRE)
            .layer("algorithms")
            .definedBy(INTEGRITY, PICKER, CONGESTION)
            .layer("protocol")
            .definedBy(ENGINE)
            .layer("world")
            .definedBy(NET, STORAGE, DISCOVERY, MEMBERSHIP, KEYS, MEDIA, INPUT)
            .layer("library")
            .definedBy("org.ppspp")
            .layer("gateway")
            .definedBy(GATEWAY)
            .whereLayer("gateway")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("library")
            .mayOnlyBeAccessedByLayers("gateway")
            .whereLayer("world")
            .mayOnlyBeAccessedByLayers("library", "gateway")
            .whereLayer("protocol")
            .mayOnlyBeAccessedByLayers("world", "library", "gateway")
            .whereLayer("algorithms")
            .mayOnlyBeAccessedByLayers("protocol", "world", "library")
            .whereLayer("messages")
            .mayOnlyBeAccessedByLayers("algorithms", "protocol", "world", "library", "gateway")
            .because("a layer that knows only those below it can be read, tested and replaced without those above it");

    @ArchTest
    static final ArchRule NO_CYCLES = slices().matching("org.ppspp.(*)..")
            .should()
            .beFreeOfCycles()
            .because("packages in a cycle are one package that nobody can take apart");

    @ArchTest
    static final ArchRule NEIGHBOURS = strangers(INTEGRITY, PICKER, CONGESTION)
            .because("the engine alone brings hashes, choices and rates together");

    @ArchTest
    static final ArchRule WORLDS = CompositeArchRule.of(strangers(NET, STORAGE, MEMBERSHIP))
            .and(strangers(STORAGE, DISCOVERY, MEMBERSHIP))
            .and(strangers(STORAGE, DISCOVERY, KEYS))
            .and(strangers(NET, KEYS))
            .and(noClasses()
                    .that()
                    .resideInAPackage(NET)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(DISCOVERY))
            .because(
                    "sockets, disks, trackers, certificates and keys meet in a peer and nowhere else; trackers are reached over sockets");

    @ArchTest
    static final ArchRule MEDIA_KNOWS_NO_PROTOCOL = noClasses()
            .that()
            .resideInAnyPackage(MEDIA, INPUT)
            .should()
            .dependOnClassesThat(resideInAnyPackage(CORE)
                    .or(resideInAnyPackage(NET, STORAGE, DISCOVERY, MEMBERSHIP, KEYS, "io.netty..")))
            .because("a swarm carries bytes, and whoever cuts them need not know how");

    @ArchTest
    static final ArchRule GATEWAY_IS_A_USER_OF_THE_LIBRARY = noClasses()
            .that()
            .resideInAPackage(GATEWAY)
            .should()
            .dependOnClassesThat(resideInAnyPackage(NET, STORAGE, DISCOVERY, MEMBERSHIP, KEYS, INPUT)
                    .or(resideInAnyPackage(CORE).and(describe("no reports", type -> !isReport(type)))))
            .because(
                    "what strangers may ask over HTTP is served from verified content and reports, and from nothing else");

    // --- the pure core

    @ArchTest
    static final ArchRule CORE_TOUCHES_NOTHING = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                            "io.netty.channel..",
                            "io.netty.util.concurrent..",
                            "java.nio.channels..",
                            "java.nio.file..",
                            "java.io..",
                            "java.util.concurrent..",
                            "java.lang.foreign..")
                    .or(resideInAnyPackage("java.net..")
                            .and(describe(
                                    "other than addresses",
                                    type -> ADDRESSES.stream().noneMatch(type::isEquivalentTo)))))
            .because("without sockets, files and threads the same input gives the same output, in a simulator as well");

    @ArchTest
    static final ArchRule CORE_IS_TOLD_THE_TIME = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class)
            .because("time is an argument, so that a test of three minutes takes no time");

    @ArchTest
    static final ArchRule CORE_IS_HANDED_ITS_CHANCES = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .callConstructor(Random.class)
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(SecureRandom.class)
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
            .because("a run is repeated from its seed, and production brings a generator nobody can predict");

    @ArchTest
    static final ArchRule ENGINES_DRAW_FROM_A_SECURE_SOURCE = classes()
            .that(describe(
                    "make engines",
                    (JavaClass type) -> type.getConstructorCallsFromSelf().stream()
                            .anyMatch(call -> call.getTargetOwner().isEquivalentTo(Engine.class))))
            .should()
            .callConstructor(SecureRandom.class)
            .because("unguessable channel numbers are the protocol's only authentication (RFC 7574 §12.1)");

    @ArchTest
    static final ArchRule CORE_LOCKS_NOTHING = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(CORE)
            .should()
            .haveModifier(JavaModifier.SYNCHRONIZED)
            .because("an engine belongs to one thread");

    @ArchTest
    static final ArchRule CORE_SHARES_NOTHING = fields().that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(CORE)
            .should()
            .notHaveModifier(JavaModifier.VOLATILE)
            .because("an engine belongs to one thread");

    @ArchTest
    static final ArchRule CORE_HAS_NO_STATIC_STATE = fields().that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(CORE)
            .and()
            .areStatic()
            .should()
            .beFinal()
            .because("two engines in one process know nothing of each other");

    @ArchTest
    static final ArchRule ALGORITHMS_DO_NOT_LOG = noClasses()
            .that()
            .resideInAnyPackage(CHUNK, WIRE, INTEGRITY, PICKER, CONGESTION)
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.slf4j.."))
            .because("a value or an exception says what happened, and hostile input must not write logs");

    @ArchTest
    static final ArchRule ONE_PLACE_RETAINS = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .and()
            .doNotHaveFullyQualifiedName("org.ppspp.engine.Swarm")
            .should()
            .callMethodWhere(describe(
                    "ByteBuf.retain or one of its kind",
                    (JavaMethodCall call) -> call.getTarget().getOwner().isAssignableTo(ReferenceCounted.class)
                            && call.getName().matches("retain|(read|duplicate|.*)?[rR]etained.*")))
            .because("a received datagram is borrowed: where one place alone keeps a part of it, a leak has one cause");

    @ArchTest
    static final ArchRule MEDIA_IS_COMPUTED = noClasses()
            .that()
            .resideInAPackage(MEDIA)
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                            "java.net..", "java.nio.channels..", "java.nio.file..", "java.util.concurrent..", INPUT)
                    .or(assignableTo(Thread.class))
                    .or(assignableTo(Clock.class))
                    .or(assignableTo(InputStream.class)))
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .because("streams come from strangers: what reads them is tried with any bytes in any order");

    // --- one door to each part of the world

    @ArchTest
    static final ArchRule ONLY_SERVERS_AND_DISCOVERY_USE_CHANNELS = noClasses()
            .that()
            .resideOutsideOfPackages(NET, DISCOVERY, GATEWAY)
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.netty.channel.."))
            .because("sockets are opened in three packages: for peers, trackers and players");

    @ArchTest
    static final ArchRule ONLY_STORAGE_OPENS_FILES = noClasses()
            .that()
            .resideOutsideOfPackage(STORAGE)
            .and()
            .doNotHaveFullyQualifiedName("org.ppspp.ContentHasher")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.nio.channels.FileChannel")
            .because("what must not be lost is written in one package");

    @ArchTest
    static final ArchRule ONLY_DISCOVERY_AND_INPUTS_FETCH = noClasses()
            .that()
            .resideOutsideOfPackages(DISCOVERY, INPUT)
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.net.http.."))
            .because(
                    "a peer talks to strangers through its engine; servers of costs and of streams are the user's choice");

    @ArchTest
    static final ArchRule ONLY_INPUTS_BLOCK_ON_SOCKETS = noClasses()
            .that()
            .resideOutsideOfPackage(INPUT)
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Socket.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ServerSocket.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(MulticastSocket.class)
            .because(
                    "an encoder has a thread that may wait for it, and that holds it back; peers share one that must not");

    @ArchTest
    static final ArchRule ONE_PLACE_MAKES_DIGESTS = noClasses()
            .that()
            .doNotBelongToAnyOf(HashFunction.class)
            .should()
            .callMethod(MessageDigest.class, "getInstance", String.class)
            .orShould()
            .callMethod(MessageDigest.class, "getInstance", String.class, String.class)
            .because("the provider is chosen once, and a wrong algorithm cannot slip in elsewhere");

    @ArchTest
    static final ArchRule ONLY_MEMBERSHIP_AND_KEYS_READ_ASN1 = noClasses()
            .that()
            .resideOutsideOfPackages(MEMBERSHIP, KEYS)
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.bouncycastle.asn1..", "java.security.cert.."))
            .because("what X.509 and PKCS#8 allow is far more than we take: two small packages say what that is");

    @ArchTest
    static final ArchRule SIGNATURES_STAND_ALONE = noClasses()
            .that()
            .resideOutsideOfPackages(MEMBERSHIP, KEYS)
            .and()
            .haveNameNotMatching(
                    "org\\.ppspp\\.integrity\\.(Live(Scheme|PublicKey|Verifier|Signer)|(Ecdsa|Rsa|Ed25519)Scheme)")
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.bouncycastle.."))
            .because("a signature is bytes to all others; its numbers alone, without a provider, leave the core pure");

    @ArchTest
    static final ArchRule CORE_PRINTS_NOTHING = noClasses()
            .that()
            .resideInAnyPackage("org.ppspp..")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because("stdout belongs to programs and their results");

    // --- shape

    @ArchTest
    static final ArchRule MESSAGES_ARE_VALUES = classes()
            .that(assignableTo(Message.class))
            .and()
            .areNotInterfaces()
            .should()
            .beRecords()
            .andShould()
            .bePublic()
            .andShould()
            .haveModifier(JavaModifier.FINAL)
            .because("a message is what was said, and changes no more");

    @ArchTest
    static final ArchRule NAMES_SAY_WHAT_A_THING_IS = noClasses()
            .should()
            .haveNameMatching(".*(Manager|Helper|Utils?|Impl|Base)(\\$.*)?")
            .orShould()
            .haveNameMatching(".*[.$](Abstract|I[A-Z])\\w*")
            .because("such a name is a placeholder for one that was not found");

    @ArchTest
    static final ArchRule NO_MUTE_ACCESSORS = methods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(CORE)
            .and()
            .haveRawParameterTypes(new Class<?>[0])
            .should()
            .haveNameNotMatching("get[A-Z].*")
            .because("a value is asked for by its name");

    @ArchTest
    static void everyPackageIsNullMarked(JavaClasses classes) {
        JavaPackage root = classes.getPackage("org.ppspp");
        Set<String> unmarked = new TreeSet<>();
        for (JavaPackage each : root.getSubpackagesInTree()) {
            if (!each.isAnnotatedWith(NullMarked.class)) {
                unmarked.add(each.getName());
            }
        }
        assertThat(root.getSubpackages()).as("packages").hasSizeGreaterThan(5);
        assertThat(root.isAnnotatedWith(NullMarked.class)).isTrue();
        assertThat(unmarked)
                .as("packages without @NullMarked, where the compiler lets null through")
                .isEmpty();
    }

    /** The rules above are about something: a renamed package must not make them say nothing. */
    @ArchTest
    static void everyPackageIsInTheRules(JavaClasses classes) {
        Set<String> known = Set.of(
                "chunk",
                "wire",
                "integrity",
                "picker",
                "congestion",
                "engine",
                "net",
                "storage",
                "discovery",
                "membership",
                "keys",
                "media",
                "gateway");
        assertThat(classes.getPackage("org.ppspp").getSubpackages())
                .extracting(JavaPackage::getRelativeName)
                .containsExactlyInAnyOrderElementsOf(known);
        assertThat(classes.contain(Engine.class)).isTrue();
    }
}
