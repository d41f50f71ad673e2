//! Words by which bodies, kinds of people and names of persons are told apart. In lower case, separated by spaces.

use std::collections::HashSet;
use std::sync::LazyLock;

/// A list of words.
pub type Words = LazyLock<HashSet<&'static str>>;

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident = $words:literal;)+) => {
        $($(#[doc = $doc])+ pub static $name: Words = LazyLock::new(|| $words.split_whitespace().collect());)+
    };
}

words! {
    /// Words that persons are not called by: what has one of them is a body, a cause or a place.
    BODY = "
        academy action actions activists administration advocacy advocates affairs agency air airlines airport alliance
        allies alumni america american americans amazon animal anti antifa army art arts asian association assembly
        assn atheists authority auto baptist bank bar billionaires black blue board border boys brewing brigade
        brotherhood bureau business cafe campaign campus cannabis capital capitol care caucus center central centre
        chamber chapter charities charter children choice christian church cities citizens city civil clergy climate
        clinic club co coalition collective college colleges commission commissioners committee committees commons
        community companies company concerned conference confederation congregation congress conservation
        conservative constitution contractors cooperative corp corporation corps council county court courthouse
        courts cultural culture daughters defenders defense delegation democracy democratic democrats demand
        department dept detention development diocese district division dsa earth east economic education
        educators elections embassy employees employers energy enforcement environment environmental equality
        equity event events exchange executives extinction facility families family farm farmers fascism fascist
        federal federation fellowship feminist feminists fight fighters film fire first food for force forces forum foundation
        fox freedom friends front fund future gas gay general giving global government grassroots green group groups
        guard guild gun hall harvest health healthcare high historical home homes hospital hospitals hotel hotels
        house housing human humane humanity ice immigrant immigrants immigration impact inc indigenous indivisible
        industries industry initiative institute insurance international islamic israel israeli jail jewish justice
        kids kingdom kings korea labor latina latino latinos latinx law lawyers league learning legal legislature
        lgbt lgbtq liberals liberation liberty library lives llc local lodge maga mall march marchers market matter
        media medical medicine memorial men mental methodist mexico midwest military militia mine mining ministries
        ministry mosque mothers moms movement museum muslim muslims national nation nations native nato
        neighborhood neighborhoods neighbors network networks new news north northern nurses office oil order
        organization organizers organizing palestine palestinian palestinians parents park parks parenthood parish
        parishes parliament parties party patriot patriots patrol peace people peoples pharmacy pipeline plant
        planned police policy poor power presbyterian press pride prison prisons pro progress progressive
        progressives project proud public quakers queer radical radio railroad rebellion red reform refugees refuse
        regional relief religious republican republicans research residents resist resistance resource resources
        restaurant restaurants revolution revolutionary right rights river road rural safety save school schools
        science senate seniors service services sheriff's sheriffs shelter shop shops side social socialism socialist
        socialists society solidarity sons south southern sports st stand standing starbucks state states station
        steel store stores street strike student students studies sunrise supply support supporters supreme survivors
        synagogue syndicate task tavern teachers team technologies temple tenants theater theatre times together
        town trade transgender transit transport transportation treasury tribal tribe tribes trust trustees
        underground union unions unitarian unite united universal university universities urban usa utilities valley
        veterans victims village violence voice voices volunteers vote voters wall walmart war ward watch water
        wealth welfare west western white wildlife wing women women's womens worker workers working world worship
        young youth zionist zoning zoo
    ";

    /// Kinds of people, who may take part without a name.
    PEOPLE = "
        activists actors adults advocates airline alumni artists athletes attendants attendees attorneys baristas
        bikers business-owners bystanders caregivers caretakers catholics children christians citizens clergy
        clinicians coaches community congregants congregations constituents consumers contractors counter-protesters
        counterprotesters crowd customers cyclists delegates democrats demonstrators dentists descendants doctors
        dreamers drivers editors educators elders employees engineers environmentalists evangelicals ex-employees
        faculty families family farmers farmworkers fans fathers feminists firefighters fishermen followers friends
        grandmothers grandparents growers guards healthcare hikers homeowners hunters immigrants independents
        interns janitors jews journalists kids laborers landlords lawmakers lawyers leaders learners legislators
        liberals librarians loved-ones lutherans machinists mechanics medics men members migrants miners ministers
        mothers moms motorcyclists musicians muslims neighbors neighbours nuns nurses officials organizers
        owners paramedics parents parishioners pastors patients patrons people performers pharmacists physicians pilots
        players police-officers politicians postal preachers pro-choice pro-life professors progressives protesters
        protestors quakers ranchers refugees relatives renters reporters republicans residents retirees riders
        scholars scientists seniors servers siblings skateboarders social-workers socialists staff staffers students
        supporters surfers survivors teachers teamsters teenagers teens tenants therapists tourists
        tribe truckers undergraduates unionists users vendors veterans victims villagers volunteers voters women
        workers worshippers writers youth youths
    ";

    /// Words that may be capitalised within a kind of people: peoples, faiths and parties.
    CAPITALISED = "
        african african-american africans america american american-indian americans arab arabs armenian asian
        asian-american bangladeshi black blacks brazilian buddhist burmese catholic catholics chicano chinese christian
        christians colombian cuban daca democrat democratic democrats dominican ecuadorian egyptian episcopal
        ethiopian european evangelical filipino gaza guatemalan haitian hindu hispanic hmong honduran ice indian
        indigenous iranian iraqi irish islamic israeli israelis jew jewish jews korean kurdish latina latinas latino
        latinos latinx lebanese lesbian lgbt lgbtq lgbtqia libertarian lutheran maga methodist mexican mormon muslim
        muslims native navajo nepalese nicaraguan nigerian oromo pakistani palestinian palestinians peruvian polish
        presbyterian protestant puerto quaker quakers republican republicans rican russian salvadoran sikh sikhs
        somali syrian taiwanese tibetan trump turkish ukrainian ukrainians unitarian us usps uyghur venezuelan
        venezuelans vietnamese yemeni zionist
    ";

    /// What stands before the name of a person.
    HONORIFICS = "
        agent bishop brother capt captain chaplain deacon deputy det detective dr father fr imam lt lieutenant miss mr
        mrs ms mx officer pastor prof professor rabbi rev reverend sgt sergeant sister trooper
    ";

    /// Parts of names that are written small.
    PARTICLES = "al bin da de del della den der di dos du el ibn la le los san van von y";

    /// Given names that are hardly ever anything else.
    GIVEN = "
        aaron abdul abigail adam adrian ahmad ahmed aisha alan alberto alejandra alejandro alex alexander alexandra
        alexis alfredo ali alicia alyssa amanda amber amy ana andre andrea andrew angela anita ann anna anne anthony
        antonio arthur ashley barack barbara benjamin bernard bernie beth betty beverly bill billy bob bobby brandon
        brenda brian bruce bryan caitlin carl carla carlos carmen carol caroline carolyn catherine cecilia
        charles charlie cheryl chris christina christine christopher chuck cindy claire claudia craig cristina
        crystal cynthia daniel daniela danielle darren david deborah debra denise dennis derek devin diana diane
        diego dmitry donald donna doris dorothy douglas dylan edgar eduardo edward elaine elena eli elijah elizabeth
        ellen elon emily emma enrique eric erica erik erin ernesto esther ethan eugene evan evelyn fatima felipe
        fernando francisco frank fred gabriel gabriela gary george gerald gina giovanni gloria greg gregory guillermo
        hannah harold harry harvey hassan heather hector helen henry hillary hiroshi howard hussein ian ibrahim
        irene isaac isabel isabella ivan jack jacob jacqueline jaime jake jamal james jamie jane janet janice jared
        jasmine jason javier jean jeff jeffrey jennifer jeremy jerry jesse jessica jill jim jimmy joan joanne joe
        joel john johnny jon jonathan jorge jose joseph josh joshua juan juanita judith judy julia julian julie
        justin kaitlyn kamala karen karl katherine kathleen kathryn kathy katie keith kelly ken kenneth kevin khalid
        kim kimberly kyle larry latoya laura lauren laurie leonard leslie leticia lewis linda lisa lori louis lucas
        lucia luis luke lynn malik manuel marco marcus margaret maria marie marilyn mario marjorie mark martha martin
        mary mathew matt matthew maurice megan melissa michael michelle miguel mike mohamed mohammad mohammed monica
        muhammad nancy natalie natasha nathan nicholas nick nicole noah nora norma olga olivia omar oscar pablo pamela
        patricia patrick paul paula pedro peter phil philip phillip phyllis rachel rafael ralph ramon randy raul
        raymond rebecca renee ricardo richard rick rob robert roberto rodney roger ronald rosa rosemary roy ruben
        russell ruth ryan salvador samantha samuel sandra sara sarah scott sean sergio sharon shawn sheila shirley
        sofia sonia sophia stacy stephanie stephen steve steven stuart susan suzanne sylvia tamara tammy tanya ted
        teresa terry theodore theresa thomas tiffany tim timothy tina todd tom tony tracy travis tyler tyrone vanessa
        veronica vicki victor victoria vincent vladimir walter wanda wayne wendy william xavier yolanda yusuf zachary
    ";

    /// Family names that are hardly ever anything else.
    FAMILY = "
        adams aguilar alexander allen alvarez anderson bailey baker barnes bennett brooks bryant butler campbell carter
        castillo castro chavez chen clark coleman collins cooper cruz davis delgado diaz edwards evans fernandez flores
        foster garcia garza gibson gomez gonzales gonzalez graham griffin guerrero gutierrez guzman hamilton harris
        harrison hayes henderson hernandez herrera hughes jenkins jimenez johnson jones kelly kennedy kim kumar lee
        lewis lopez marshall martinez mcdonald medina mendez mendoza miller mitchell moore morales moreno morgan morris
        munoz murphy murray myers nelson nguyen ortega ortiz owens parker patel patterson perez perry peterson phillips
        pham powell ramirez ramos reed reyes reynolds richardson rios rivera roberts robinson rodriguez rogers romero
        rosario ross ruiz russell salazar sanchez sanders sandoval santiago schmidt simmons singh smith soto stevens
        stewart sullivan taylor thomas thompson torres tran turner vargas vasquez wagner walker wallace washington
        watson williams wilson wong wright yang
    ";
}
